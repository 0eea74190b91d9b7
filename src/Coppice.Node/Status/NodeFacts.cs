using Coppice.Node.Runtime;
using Coppice.Objects.Core;

namespace Coppice.Node.Status;

/// <summary>What the machine is.</summary>
/// <param name="Addresses">Its own, the primary first.</param>
/// <param name="StorageBytes">The size of the file system that pods' data is on.</param>
/// <param name="HugePages">Bytes by page size, as in hugepages-2Mi.</param>
public sealed record NodeFacts(
    string Name,
    IReadOnlyList<string> Addresses,
    int Processors,
    long MemoryBytes,
    long StorageBytes,
    IReadOnlyList<KeyValuePair<string, long>> HugePages,
    NodeSystemInfo Info);

/// <summary>How it is now.</summary>
/// <param name="RuntimeProblem">Why containers cannot run, or null.</param>
/// <param name="NetworkProblem">Why pods cannot have a network, or null.</param>
/// <param name="Pressures">The conditions that hold as it is short of something.</param>
public sealed record MachineHealth(string? RuntimeProblem, string? NetworkProblem, IReadOnlyList<string> Pressures, IReadOnlyList<ImageRecord> Images)
{
    public static readonly MachineHealth Good = new(null, null, [], []);
}

/// <summary>Looks at the machine.</summary>
public interface INodeObserver
{
    ValueTask<NodeFacts> FactsAsync(CancellationToken stop);

    ValueTask<MachineHealth> HealthAsync(CancellationToken stop);
}

/// <summary>What a node keeps for itself, and how often it reports.</summary>
public sealed record NodeStatusOptions
{
    /// <summary>Pods that it takes at most.</summary>
    public int PodsMax { get; init; } = 110;

    /// <summary>Memory that pods don't get, so that the machine goes on working.</summary>
    public long ReservedMemoryBytes { get; init; } = 100L << 20;

    /// <summary>Thousandths of a processor that pods don't get.</summary>
    public long ReservedMilliCpu { get; init; }

    /// <summary>The share of the disk that stays free: the kubelet's threshold for eviction, which is no more exact than this.</summary>
    public float ReservedStorage { get; init; } = 0.1f;

    /// <summary>How often it is looked at.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often an unchanged status is written all the same.</summary>
    public TimeSpan ReportEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Images shown in the status, the largest first.</summary>
    public int ImagesMax { get; init; } = 50;

    /// <summary>Names shown of each of them.</summary>
    public int ImageNamesMax { get; init; } = 5;

    /// <summary>Whether a node that somebody deletes registers again at once; if not, it does when its agent starts, as Kubernetes' nodes do.</summary>
    public bool ComesBack { get; init; } = true;

    /// <summary>Where the node's own endpoint listens; 0 for nowhere.</summary>
    public int EndpointPort { get; init; }

    /// <summary>Labels that the node registers with, beside the usual ones.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}
