using Coppice.Node.Heartbeat;

namespace Coppice.Node.Status;

/// <summary>The node's object and its lease, kept side by side.</summary>
public sealed class NodePresence(NodeReporter reporter, NodeLease lease) : INodePresence
{
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(reporter.RunAsync(stop), lease.RunAsync(stop));
}
