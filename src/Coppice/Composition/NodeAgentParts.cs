using Coppice.Client;
using Coppice.Client.Heartbeats;
using Coppice.Client.Metrics;
using Coppice.Node;
using Coppice.Node.Containers;
using Coppice.Node.Devices;
using Coppice.Node.Eviction;
using Coppice.Node.Fencing;
using Coppice.Node.Heartbeat;
using Coppice.Node.Host;
using Coppice.Node.ImageCollection;
using Coppice.Node.Images;
using Coppice.Node.Orphans;
using Coppice.Node.Pods;
using Coppice.Node.Pressure;
using Coppice.Node.Probes;
using Coppice.Node.Runtime;
using Coppice.Node.Status;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>A machine as its agent needs it, whether it is real or simulated.</summary>
/// <param name="HostResources">What pods get from the machine itself.</param>
/// <param name="Orphans">What is left on it of pods that nobody knows.</param>
public sealed record NodeMachine(
    IContainerRuntime Runtime, IImageService Images, IProber Prober, INodeObserver Observer, IHostResources HostResources, IOrphanedPods Orphans)
{
    /// <summary>Ends what must not run twice; null on the machine of the server, which nobody could replace anything of without it.</summary>
    public IFenceGuard? Guard { get; init; }

    /// <summary>Who may use the images that are on it; null where nobody must know after a restart.</summary>
    public PulledImages? Pulled { get; init; }

    /// <summary>The room on the file system with its images; null where nobody knows, and none is removed.</summary>
    public Func<CancellationToken, ValueTask<FileSystemSpace?>> ImageSpace { get; init; } = _ => new((FileSystemSpace?)null);

    /// <summary>Whether it is short of anything; its observer says the same.</summary>
    public required NodePressure Pressure { get; init; }

    /// <summary>What pods get of the machine's devices.</summary>
    public IPodDevices Devices { get; init; } = NoPodDevices.Instance;

    /// <summary>What containers wrote to their own file systems, by their ids; null where nobody counts.</summary>
    public Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, FilesUsage>>>? Written { get; init; }
}

/// <summary>A node's agent in the cluster.</summary>
/// <param name="Sources">What the environment of containers is taken from.</param>
/// <param name="ReportFailed">Told what of the node could not be written to the API, and why; it is tried again.</param>
public sealed record NodeMembership(IApiClient Api, IEventRecorder Events, EnvironmentSources Sources, Action<string, Exception> ReportFailed)
{
    /// <summary>Where the node says that it lives, under which name of this life of its agent; null where nobody listens.</summary>
    public (IHeartbeatLine Line, string Session)? Heartbeats { get; init; }
}

/// <summary>The agent of a node and what is around it, made from a machine and a way to the API. Nothing runs before the agent does.</summary>
public sealed class NodeAgentParts
{
    /// <summary>Of what could not be written: the node's status.</summary>
    public const string Status = "its status";

    /// <summary>Likewise: which drivers of volumes it has.</summary>
    public const string Drivers = "its drivers";

    /// <summary>Likewise: until when pods may run that must not run twice.</summary>
    public const string Guard = "what its pods' guard must know";

    /// <summary>Likewise: the lease by which the cluster knows that it is alive.</summary>
    public const string Lease = "its lease";

    public NodeAgentParts(
        NodeAgentOptions options, NodeMachine machine, NodeEnvironment environment, NodeMembership cluster, TimeProvider time, ILogger log)
    {
        var pulled = machine.Pulled ?? new PulledImages();
        var services = new PodServices(
            machine.Runtime,
            new ImagePuller(machine.Images, time, pulled),
            machine.HostResources,
            new PodHooks(machine.Runtime, machine.Prober, time),
            machine.Prober,
            cluster.Sources,
            cluster.Api,
            cluster.Events,
            time,
            log)
        {
            Devices = machine.Devices,
        };
        services = machine.Written is { } written ? services with { Written = written } : services;
        var reporter = new NodeReporter(cluster.Api, cluster.Events, machine.Observer, options.Status, time, e => cluster.ReportFailed(Status, e))
        {
            Drivers = new NodeDrivers(cluster.Api, e => cluster.ReportFailed(Drivers, e)),
        };
        (Probed, Starts, Evictions) = (services.Probed, services.Starts, services.Evictions);
        var fence = machine.Guard is { } guard ? new Fence(guard, time, e => cluster.ReportFailed(Guard, e)) : null;
        var heartbeat = cluster.Heartbeats is { } told ? new NodeHeartbeat(told.Line, fence, told.Session, time, reporter.Wake) : null;
        var lease = new NodeLease(cluster.Api, options.NodeName, new NodeLeaseOptions(), time, e => cluster.ReportFailed(Lease, e))
        {
            IsAnswered = () => heartbeat?.IsAnswered ?? true,
        };
        var fencing = fence is null ? null : new PodFencing(cluster.Api, fence, time);
        machine.Pressure.Changed += reporter.Wake;
        Agent = new NodeAgent(
            options, services, environment with { Pressures = () => machine.Pressure.Conditions }, new NodeRegistration(reporter, lease, heartbeat), machine.Orphans, fencing);
        Images = new ImageCollector(
            new NodeImages(machine.Images, pulled, machine.Runtime, machine.ImageSpace, () => Agent.NamedImages), options, cluster.Events, time, log);
        Evictor = new NodeEvictor(options, () => Agent.Workers.Values, services, machine.Pressure, Images);
        Ready = Task.WhenAll(Agent.Started, reporter.Reported);
    }

    public NodeAgent Agent { get; }

    /// <summary>Makes room on the disk; to be run beside the agent.</summary>
    public ImageCollector Images { get; }

    /// <summary>Makes room on a machine that is short of something, of pods too; to be run beside the agent.</summary>
    public NodeEvictor Evictor { get; }

    public ProbeTally Probed { get; }

    public PodStarts Starts { get; }

    /// <summary>How often pods were evicted from the node, by what for.</summary>
    public Counts<string> Evictions { get; }

    /// <summary>Completes when the pods were taken over and the API knows how the node is now.</summary>
    public Task Ready { get; }
}
