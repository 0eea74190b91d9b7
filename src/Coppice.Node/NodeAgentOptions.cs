using Coppice.Node.ImageCollection;
using Coppice.Node.Logs;
using Coppice.Node.Pressure;
using Coppice.Node.Status;

namespace Coppice.Node;

/// <summary>How the agent of one node works.</summary>
public sealed record NodeAgentOptions
{
    public required string NodeName { get; init; }

    /// <summary>How often everything in the runtime is listed, to find what no event told. Events do the daily work.</summary>
    public TimeSpan AuditPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Before the runtime is asked again after it could not be reached.</summary>
    public TimeSpan RuntimePause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How often volumes are compared with what they are filled from, to find what no event told: as often as Kubernetes does. A token's
    /// last fifth, in which it must be renewed, is two minutes at the least.
    /// </summary>
    public TimeSpan VolumeAuditPeriod { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often it is looked whether pods keep to their limits of the node's disk: as often as the kubelet does.</summary>
    public TimeSpan LocalStoragePeriod { get; init; } = TimeSpan.FromSeconds(10);

    public EvictionOptions Eviction { get; init; } = new();

    public ImageCollectionOptions Images { get; init; } = new();

    public LogRotationOptions Logs { get; init; } = new();

    public NodeStatusOptions Status { get; init; } = new();
}
