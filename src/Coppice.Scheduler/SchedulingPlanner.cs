namespace Coppice.Scheduler;

/// <summary>Chooses a node for a pod: the filters say where it can run, the scores where it runs best.</summary>
internal static class SchedulingPlanner
{
    /// <summary>Up to so many nodes all are looked at, and so many at least.</summary>
    private const int NodesMin = 100;

    /// <param name="nominations">Who waits for room that is being made for it.</param>
    public static SchedulingPlan Plan(PodInfo pod, ClusterSnapshot cluster, Nominations nominations, SchedulerProfile profile)
    {
        var tests = new PodFilters(profile.Filters, pod, cluster, nominations);

        // Room that was made for it is taken, even where another node would be better by now.
        if (nominations.NodeOf(pod.Key) is { } own && cluster.Find(own) is { } nominated && tests.Objection(nominated) is null)
        {
            return new SchedulingPlan.Bind(own, 1);
        }

        if (profile.Filters.OfType<NodeAffinityFilter>().Any() && NodeAffinityFilter.NamesFor(pod) is { } names)
        {
            return PlanAmong(names, pod, tests, cluster, nominations, profile);
        }

        var fitting = new List<NodeInfo>();
        var rejections = new List<Rejection>();
        var wokenBy = ClusterEvents.NodeAdded;
        var count = cluster.Nodes.Count;
        var enough = EnoughNodes(count, profile);
        var lookedAt = 0;
        while (lookedAt < count && fitting.Count < enough)
        {
            var node = cluster.InTurn(lookedAt++);
            if (tests.Objection(node) is var (helpful, rejection))
            {
                rejections.Add(rejection);
                wokenBy |= helpful;
            }
            else
            {
                fitting.Add(node);
            }
        }

        if (fitting.Count > 0)
        {
            return new SchedulingPlan.Bind(Best(pod, cluster, nominations, [.. fitting], profile).Name, lookedAt);
        }

        // Nobody else wants to know which node it was: of thousands, a list that grows would be most of the work.
        var byNode = new (NodeInfo, Rejection)[rejections.Count];
        for (var turn = 0; turn < byNode.Length; turn++)
        {
            byNode[turn] = (cluster.InTurn(turn), rejections[turn]);
        }

        return new SchedulingPlan.Unschedulable(byNode, wokenBy, tests);
    }

    /// <summary>A pod that names its nodes, as a DaemonSet's do, is compared with no other.</summary>
    private static SchedulingPlan PlanAmong(
        IReadOnlySet<string> names, PodInfo pod, PodFilters tests, ClusterSnapshot cluster, Nominations nominations, SchedulerProfile profile)
    {
        var objections = new Dictionary<string, (ClusterEvents WokenBy, Rejection Why)>(StringComparer.Ordinal);
        var fitting = new List<NodeInfo>();
        foreach (var node in names.Order(StringComparer.Ordinal).Select(cluster.Find).OfType<NodeInfo>())
        {
            if (tests.Objection(node) is { } objection)
            {
                objections[node.Name] = objection;
            }
            else
            {
                fitting.Add(node);
            }
        }

        return fitting.Count > 0
            ? new SchedulingPlan.Bind(Best(pod, cluster, nominations, [.. fitting], profile).Name, 0)
            : new SchedulingPlan.Unschedulable(
                [.. cluster.Nodes.Select(node => (node, objections.TryGetValue(node.Name, out var objection) ? objection.Why : NodeAffinityFilter.NotNamed))],
                objections.Values.Aggregate(ClusterEvents.NodeAdded, (events, one) => events | one.WokenBy),
                tests);
    }

    /// <summary>The node with the best score; of equal ones, the first in turn.</summary>
    private static NodeInfo Best(PodInfo pod, ClusterSnapshot cluster, Nominations nominations, NodeInfo[] nodes, SchedulerProfile profile)
    {
        if (nodes.Length == 1)
        {
            return nodes[0];
        }

        using var expected = new Expectation(pod, cluster, nominations, nodes);
        var totals = new long[nodes.Length];
        foreach (var (score, weight) in profile.Scores)
        {
            if (score.Score(pod, expected.Cluster, expected.Nodes) is { } scores)
            {
                for (var i = 0; i < totals.Length; i++)
                {
                    totals[i] += weight * scores[i];
                }
            }
        }

        return nodes[Array.IndexOf(totals, totals.Max())];
    }

    // In a large cluster a good node is as good as the best: looking at fewer keeps the pods coming.
    private static int EnoughNodes(int all, SchedulerProfile profile) =>
        all <= NodesMin ? all : Math.Max(NodesMin, all * (profile.NodesPercent ?? Math.Max(5, 50 - all / 125)) / 100);
}
