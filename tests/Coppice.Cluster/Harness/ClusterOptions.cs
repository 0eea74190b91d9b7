namespace Coppice.Cluster.Harness;

/// <summary>What may differ between the clusters that tests start.</summary>
public sealed record ClusterOptions
{
    /// <summary>Puts the data directory on a file system of its own of so many MiB, which a test can fill; 0 for the machine's disk.</summary>
    public int DataDirectoryMiB { get; init; }
}
