using Coppice.Client;
using Coppice.Node.Heartbeat;
using Coppice.Node.Status;

namespace Coppice.Node;

/// <summary>The node's own object in the API: it is registered, and from then on kept true and alive.</summary>
public interface INodeRegistration
{
    /// <summary>The node as it was last seen in the API, which may be some seconds ago; null before.</summary>
    Objects.Core.Node? Seen { get; }

    /// <summary>Registers the node and keeps its status and lease until stopped.</summary>
    Task RunAsync(CancellationToken stop);

    /// <summary>The runtime is gone or back: the status should say so at once.</summary>
    void Wake();

    /// <summary>The node is not ready from now on, as it goes down. Completes when the API knows, or when it has taken too long.</summary>
    Task GoDownAsync(TimeSpan within, CancellationToken stop);
}

/// <summary>A node's status, its lease and its heartbeats, side by side: one that takes its time does not hold up the others.</summary>
/// <param name="heartbeat">Null where nobody hears any.</param>
public sealed class NodeRegistration(NodeReporter reporter, NodeLease lease, NodeHeartbeat? heartbeat = null) : INodeRegistration
{
    public Objects.Core.Node? Seen => reporter.Seen;

    public Task RunAsync(CancellationToken stop) => LoopsTogether.RunAsync(stop, [reporter.RunAsync, lease.RunAsync, .. heartbeat is null ? [] : (Func<CancellationToken, Task>[])[heartbeat.RunAsync]]);

    public void Wake() => reporter.Wake();

    public Task GoDownAsync(TimeSpan within, CancellationToken stop) => reporter.GoDownAsync(within, stop);
}
