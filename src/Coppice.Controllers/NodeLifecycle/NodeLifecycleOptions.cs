using Coppice.Controllers.NodeLifecycle.Detection;

namespace Coppice.Controllers.NodeLifecycle;

/// <summary>How long a node may be silent.</summary>
/// <param name="GracePeriod">
/// Without a sign of life for this long a node is taken for unreachable, if it sends no heartbeats. Nodes renew their lease every 10 s,
/// so this forgives three renewals that were lost.
/// </param>
/// <param name="StartupGracePeriod">The same for a node that has never said anything of itself.</param>
/// <param name="OrphanGracePeriod">How long after a node's object is gone its pods are removed, as the node cannot do it any more.</param>
public sealed record NodeLifecycleOptions(TimeSpan GracePeriod, TimeSpan StartupGracePeriod, TimeSpan OrphanGracePeriod)
{
    public static readonly NodeLifecycleOptions Default = new(TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(40));

    /// <summary>How long those may be silent that send heartbeats.</summary>
    public FailureDetectorOptions Detector { get; init; } = FailureDetectorOptions.Default;

    /// <summary>The same, but that a node may be silent for just so long, whether it sends heartbeats or not.</summary>
    public NodeLifecycleOptions After(TimeSpan silence) => this with { GracePeriod = silence, Detector = Detector with { Fixed = silence } };
}
