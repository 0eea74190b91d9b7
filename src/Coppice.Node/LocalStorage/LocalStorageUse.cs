namespace Coppice.Node.LocalStorage;

/// <summary>What a pod has on the node's own disk: bytes, or inodes.</summary>
/// <param name="Volumes">By the names of its volumes that go with it and are on the disk.</param>
/// <param name="Containers">By the names of its containers: what they wrote to their own files, and their logs.</param>
public sealed record LocalStorageUse(IReadOnlyDictionary<string, long> Volumes, IReadOnlyDictionary<string, long> Containers);
