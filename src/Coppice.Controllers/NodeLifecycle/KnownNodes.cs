using System.Collections.Concurrent;
using Coppice.Client;
using Coppice.Objects.Core;

namespace Coppice.Controllers.NodeLifecycle;

/// <summary>The nodes that are watched over: tells of each when it comes and when it goes. Only the worker of a name comes with that name.</summary>
internal sealed class KnownNodes(IEventRecorder events)
{
    private readonly ConcurrentDictionary<string, Node> _nodes = new(StringComparer.Ordinal);

    /// <summary>All of a node that events need. It changes often, and an old version of it would be kept for nothing.</summary>
    public static Node Reference(Node node) => new() { Metadata = new() { Name = node.Metadata.Name, Uid = node.Metadata.Uid } };

    public void Add(Node node)
    {
        var name = node.Metadata.Name!;
        if (!_nodes.ContainsKey(name))
        {
            Tell(_nodes[name] = Reference(node), "RegisteredNode", $"Registered Node {name} in Controller");
        }
    }

    public void Remove(string name)
    {
        if (_nodes.TryRemove(name, out var told))
        {
            Tell(told, "RemovingNode", $"Removing Node {name} from Controller");
        }
    }

    private void Tell(Node node, string reason, string message) => events.Record(node, "Normal", reason, $"Node {node.Metadata.Name} event: {message}");
}
