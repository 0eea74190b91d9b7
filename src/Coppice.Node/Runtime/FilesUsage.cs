namespace Coppice.Node.Runtime;

/// <summary>What files take of a disk.</summary>
public readonly record struct FilesUsage(long Bytes, long Files);
