using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>
/// What the scheduler knows of nodes and assigned pods, brought up to date by changes and by its own assumptions. For one thread at a time.
/// </summary>
internal sealed class ClusterState
{
    private readonly SortedList<string, NodeInfo> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, Assignment> _assigned = [];

    // Pods may be heard of before their node is, and outlive it.
    private readonly Dictionary<string, List<PodInfo>> _strays = new(StringComparer.Ordinal);

    // Of nodes that are gone: so there are never more slots than there were nodes at once.
    private readonly Stack<int> _freeSlots = [];

    private readonly ClusterSums _sums = new();

    /// <param name="firstNode">Counts on from pod to pod, around and around.</param>
    public ClusterSnapshot Snapshot(long firstNode)
    {
        _sums.Topology.Bound();
        return new(_nodes, _sums, Storage, Devices, Workloads, _nodes.Count == 0 ? 0 : (int)(firstNode % _nodes.Count));
    }

    public StorageState Storage { get; } = new();

    public DeviceState Devices { get; } = new();

    public WorkloadSelectors Workloads { get; } = new();

    public BudgetState Budgets { get; } = new();

    /// <summary>What the nodes have together.</summary>
    public ClusterSums Sums => _sums;

    /// <summary>The lowest priority of assigned pods; null if there are none.</summary>
    public int? LowestPriority => _sums.Priorities.Lowest;

    /// <summary>This very pod (not one of its name that came after it) is on its way to a node.</summary>
    public bool IsAssumed(Pod pod) =>
        _assigned.TryGetValue(ObjectKey.Of(pod), out var assignment) && assignment.IsAssumed && assignment.Uid == pod.Metadata.Uid;

    /// <returns>Null if it is not there.</returns>
    public NodeInfo? Find(string node) => _nodes.GetValueOrDefault(node);

    public void SetNode(Node node)
    {
        var name = node.Metadata.Name ?? "";
        if (_nodes.TryGetValue(name, out var known))
        {
            var changed = known.WithNode(node);
            _sums.Replace(known, changed);
            _nodes[name] = changed;
        }
        else
        {
            _strays.Remove(name, out var pods);
            var added = NodeInfo.Of(node, _freeSlots.TryPop(out var slot) ? slot : _nodes.Count, pods ?? []);
            _sums.Add(added, 1);
            _nodes[name] = added;
        }
    }

    public void RemoveNode(string name)
    {
        if (_nodes.Remove(name, out var gone))
        {
            _sums.Add(gone, -1);
            _freeSlots.Push(gone.Slot);
            if (gone.Pods.Count > 0)
            {
                _strays[name] = [.. gone.Pods];
            }
        }
    }

    public void SetNamespace(string name, ValueMap<string>? labels) => _sums.SetNamespace(name, labels);

    /// <summary>The API says that the pod is on its node.</summary>
    public void Assign(Pod pod)
    {
        var known = _assigned.TryGetValue(ObjectKey.Of(pod), out var before) ? Find(before.Node)?.Find(ObjectKey.Of(pod)) : null;
        Put(known?.Renewed(pod) ?? new PodInfo(pod), pod.Spec.NodeName!, isAssumed: false);
    }

    /// <summary>The pod is on its way to a node: whoever comes next must count it.</summary>
    public void Assume(PodInfo pod, string node) => Put(pod, node, isAssumed: true);

    /// <summary>The pod is gone, or came to its end, or the assumption did not come true.</summary>
    /// <returns>The node that it had; null for none.</returns>
    public string? Remove(ObjectKey pod)
    {
        if (!_assigned.Remove(pod, out var assignment))
        {
            return null;
        }

        if (_nodes.TryGetValue(assignment.Node, out var node))
        {
            _sums.Add(node.Find(pod)!, node, -1);
            _nodes[node.Name] = node.Without(pod);
        }
        else if (_strays.TryGetValue(assignment.Node, out var strays) && strays.RemoveAll(p => p.Key == pod) > 0 && strays.Count == 0)
        {
            _strays.Remove(assignment.Node);
        }

        return assignment.Node;
    }

    private void Put(PodInfo pod, string nodeName, bool isAssumed)
    {
        if (_assigned.TryGetValue(pod.Key, out var before) && before.Node != nodeName)
        {
            Remove(pod.Key);
        }

        _assigned[pod.Key] = new(nodeName, isAssumed, pod.Pod.Metadata.Uid);
        if (_nodes.TryGetValue(nodeName, out var node))
        {
            Recount(node, node.Find(pod.Key), pod);
            _nodes[node.Name] = node.With(pod);
            return;
        }

        if (!_strays.TryGetValue(nodeName, out var strays))
        {
            _strays[nodeName] = strays = [];
        }

        strays.RemoveAll(p => p.Key == pod.Key);
        strays.Add(pod);
    }

    private void Recount(NodeInfo node, PodInfo? before, PodInfo now)
    {
        // Most come a second time only because the API says what was assumed before.
        if (before?.IsCountedAs(now) == true)
        {
            return;
        }

        if (before is not null)
        {
            _sums.Add(before, node, -1);
        }

        _sums.Add(now, node, 1);
    }

    private readonly record struct Assignment(string Node, bool IsAssumed, string? Uid);
}
