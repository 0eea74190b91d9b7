namespace Coppice.Node.Runtime;

/// <summary>What is counted of a disk.</summary>
public enum DiskUnit
{
    Bytes,

    /// <summary>Files and directories: each has an inode.</summary>
    Inodes,
}
