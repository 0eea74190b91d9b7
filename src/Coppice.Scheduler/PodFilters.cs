namespace Coppice.Scheduler;

/// <summary>What all filters together say of nodes for one pod, prepared once.</summary>
internal sealed class PodFilters
{
    private readonly PodInfo _pod;
    private readonly ClusterSnapshot _cluster;
    private readonly Nominations _nominations;
    private readonly List<(IFilter Filter, NodeTest Test)> _tests = [];

    /// <param name="nominations">Who waits for room that is being made for it.</param>
    public PodFilters(IReadOnlyList<IFilter> filters, PodInfo pod, ClusterSnapshot cluster, Nominations nominations)
    {
        (_pod, _cluster, _nominations) = (pod, cluster, nominations);
        foreach (var filter in filters)
        {
            if (filter.For(pod, cluster) is { } test)
            {
                _tests.Add((filter, test));
                LookBeyondNode |= filter.LooksBeyondNode;
            }
        }
    }

    /// <summary>What they say of a node hangs on pods of other nodes, too.</summary>
    public bool LookBeyondNode { get; }

    /// <summary>The first that objects speaks for the node, with those that wait for it, and without them.</summary>
    public (ClusterEvents WokenBy, Rejection Why)? Objection(NodeInfo node)
    {
        if (_nominations.IsEmpty)
        {
            return First(node);
        }

        var waiting = _nominations.Above(_pod, node.Name);
        return (waiting.Count == 0 ? null : ObjectionWith(waiting, node)) ?? First(node);
    }

    /// <summary>Whoever waits for the node and is at least as important counts as if it were there.</summary>
    private (ClusterEvents WokenBy, Rejection Why)? ObjectionWith(IReadOnlyList<PodInfo> waiting, NodeInfo node)
    {
        using var trial = new Trial(_cluster.Sums, node, LookBeyondNode);
        foreach (var one in waiting)
        {
            if (PodAffinityFilter.KeepsAway(one, _pod, node, _cluster.Namespaces))
            {
                return (ClusterEvents.PodGone, PodAffinityFilter.KeptAway);
            }

            trial.Add(one);
        }

        return First(trial.Node);
    }

    private (ClusterEvents WokenBy, Rejection Why)? First(NodeInfo node)
    {
        foreach (var (filter, test) in _tests)
        {
            if (test(node) is { } rejection)
            {
                return (filter.WokenBy, rejection);
            }
        }

        return null;
    }
}
