using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>
/// What the scheduler knows of nodes and placed pods, brought up to date by changes and by its own assumptions. For one thread at a time.
/// </summary>
internal sealed class ClusterState
{
    private readonly SortedList<string, NodeView> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, Placement> _placed = [];

    // Pods may be heard of before their node is, and outlive it.
    private readonly Dictionary<string, List<PodDemand>> _strays = new(StringComparer.Ordinal);

    private readonly ClusterSums _sums = new();
    private Dictionary<string, ValueMap<string>> _namespaces = new(StringComparer.Ordinal);

    /// <param name="firstNode">Counts on from pod to pod, around and around.</param>
    public ClusterSnapshot Snapshot(long firstNode) =>
        new(_nodes.Values, _sums, _namespaces, _nodes.Count == 0 ? 0 : (int)(firstNode % _nodes.Count));

    /// <summary>This very pod (not one of its name that came after it) is on its way to a node.</summary>
    public bool IsAssumed(Pod pod) =>
        _placed.TryGetValue(ObjectKey.Of(pod), out var placement) && placement.IsAssumed && placement.Uid == pod.Metadata.Uid;

    public void SetNode(Node node)
    {
        var name = node.Metadata.Name ?? "";
        if (_nodes.TryGetValue(name, out var known))
        {
            Change(known, known.WithNode(node));
        }
        else
        {
            _strays.Remove(name, out var pods);
            Change(null, NodeView.Of(node, pods ?? []));
        }
    }

    public void RemoveNode(string name)
    {
        if (_nodes.Remove(name, out var gone))
        {
            _sums.Replace(gone, null);
            if (gone.Pods.Count > 0)
            {
                _strays[name] = [.. gone.Pods];
            }
        }
    }

    public void SetNamespace(string name, ValueMap<string>? labels)
    {
        // Snapshots share the table: it is replaced, not changed.
        _namespaces = new(_namespaces, StringComparer.Ordinal);
        _namespaces.Remove(name);
        if (labels is { } present)
        {
            _namespaces[name] = present;
        }
    }

    /// <summary>The API says that the pod is on its node.</summary>
    public void Place(Pod pod) => Put(new PodDemand(pod), pod.Spec.NodeName!, isAssumed: false);

    /// <summary>The pod is on its way to a node: whoever comes next must count it.</summary>
    public void Assume(PodDemand pod, string node) => Put(pod, node, isAssumed: true);

    /// <summary>The pod is gone, or came to its end, or the assumption did not come true.</summary>
    /// <returns>Whether it had a place.</returns>
    public bool Remove(ObjectKey pod)
    {
        if (!_placed.Remove(pod, out var placement))
        {
            return false;
        }

        if (_nodes.TryGetValue(placement.Node, out var node))
        {
            Change(node, node.Without(pod));
        }
        else if (_strays.TryGetValue(placement.Node, out var strays) && strays.RemoveAll(p => p.Key == pod) > 0 && strays.Count == 0)
        {
            _strays.Remove(placement.Node);
        }

        return true;
    }

    private void Put(PodDemand pod, string nodeName, bool isAssumed)
    {
        if (_placed.TryGetValue(pod.Key, out var before) && before.Node != nodeName)
        {
            Remove(pod.Key);
        }

        _placed[pod.Key] = new(nodeName, isAssumed, pod.Pod.Metadata.Uid);
        if (_nodes.TryGetValue(nodeName, out var node))
        {
            Change(node, node.With(pod));
            return;
        }

        if (!_strays.TryGetValue(nodeName, out var strays))
        {
            _strays[nodeName] = strays = [];
        }

        strays.RemoveAll(p => p.Key == pod.Key);
        strays.Add(pod);
    }

    private void Change(NodeView? before, NodeView now)
    {
        _sums.Replace(before, now);
        _nodes[now.Name] = now;
    }

    private readonly record struct Placement(string Node, bool IsAssumed, string? Uid);
}
