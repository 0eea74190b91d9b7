namespace Coppice.Cluster.Harness;

/// <summary>What may differ between the clusters that tests start.</summary>
public sealed record ClusterOptions
{
    /// <summary>Puts the data directory on a file system of its own of so many MiB, which a test can fill; 0 for the machine's disk.</summary>
    public int DataDirectoryMiB { get; init; }

    /// <summary>Puts the data directory on a disk of its own, which a test can make slow.</summary>
    public bool HasDisk { get; init; }

    /// <summary>The mode mask that coppice is started under, such as "077"; null for that of the tests.</summary>
    public string? Umask { get; init; }

    /// <summary>The mode of the data directory, as somebody made it before coppice came; null to let it be as it comes.</summary>
    public UnixFileMode? DataDirectoryMode { get; init; }

    /// <summary>More of the server's options, such as "--pod-range", "10.50.0.0/24".</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Whether its machine has a network beside loopback.</summary>
    public bool HasUplink { get; init; } = true;

    /// <summary>Whether its uplink has an address of IPv6 as well.</summary>
    public bool HasV6 { get; init; }

    /// <summary>Another cluster, on whose machine this one is to be: in its network, with its registry. It must be disposed of after this one.</summary>
    public RunningCluster? Beside { get; init; }
}
