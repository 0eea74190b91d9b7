using Coppice.Node.Heartbeat;
using Coppice.Node.Status;

namespace Coppice.Node;

/// <summary>The node's own object in the API: it is registered, and from then on kept true and alive.</summary>
public interface INodeRegistration
{
    /// <summary>Registers the node and keeps its status and lease until stopped.</summary>
    Task RunAsync(CancellationToken stop);

    /// <summary>The runtime is gone or back: the status should say so at once.</summary>
    void Wake();
}

/// <summary>A node's status and its lease, side by side: one that takes its time does not hold up the other.</summary>
public sealed class NodeRegistration(NodeReporter reporter, NodeLease lease) : INodeRegistration
{
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(reporter.RunAsync(stop), lease.RunAsync(stop));

    public void Wake() => reporter.Wake();
}
