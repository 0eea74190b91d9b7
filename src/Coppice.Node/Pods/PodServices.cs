using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Node.Containers;
using Coppice.Node.Devices;
using Coppice.Node.Images;
using Coppice.Node.Probes;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Node;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.Pods;

/// <summary>What a pod's worker works with. One for all pods of a node.</summary>
public sealed record PodServices(
    IContainerRuntime Runtime,
    ImagePuller Images,
    IHostResources HostResources,
    IPodHooks Hooks,
    IProber Prober,
    EnvironmentSources Sources,
    IApiClient Api,
    IEventRecorder Events,
    TimeProvider Time,
    ILogger Log)
{
    /// <summary>What pauses and deadlines in memory are kept by: nobody sets it.</summary>
    public SteadyClock Steady { get; } = new(Time);

    public ProbeTally Probed { get; } = new();

    public PodStarts Starts { get; } = new(Time);

    /// <summary>How often pods were evicted from the node, by what for.</summary>
    public Counts<string> Evictions { get; } = new();

    public IPodDevices Devices { get; init; } = NoPodDevices.Instance;

    /// <summary>What containers wrote to their own file systems, by their ids; as the runtime last counted it.</summary>
    public Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, FilesUsage>>> Written { get; init; } =
        _ => new(new Dictionary<string, FilesUsage>());
}

/// <summary>What a pod's worker has to know of its node.</summary>
/// <param name="Addresses">The node's, the primary first.</param>
/// <param name="Allocatable">What pods may use, which stands in for limits that are not set.</param>
public sealed record NodeEnvironment(
    SandboxSettings Sandboxes, IReadOnlyList<string> Addresses, ValueMap<Quantity> Allocatable, long MemoryCapacityBytes, ProbeOptions Probes)
{
    /// <summary>The kernel can end a container that ran out of memory as a whole (cgroup v2).</summary>
    public bool OomKillsWhole { get; init; }

    /// <summary>How many processes pods may have.</summary>
    public PidLimits Processes { get; init; } = new();

    /// <summary>Looks up the class of runtime that a pod names; null where there is none of that name.</summary>
    public Func<string, ValueTask<RuntimeClass?>> RuntimeClassOf { get; init; } = _ => new((RuntimeClass?)null);

    /// <summary>Completes when a pod's network, of which it is given the address, is as it must be before a container of it starts.</summary>
    public Func<Pod, IReadOnlyList<string>, CancellationToken, ValueTask> NetworkReady { get; init; } = (_, _, _) => ValueTask.CompletedTask;

    /// <summary>The conditions of the node that hold as it is short of something.</summary>
    public Func<IReadOnlyList<string>> Pressures { get; init; } = () => [];

    /// <summary>The kernel has AppArmor.</summary>
    public bool HasAppArmor { get; init; }
}
