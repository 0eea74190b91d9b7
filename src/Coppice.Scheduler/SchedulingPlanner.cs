namespace Coppice.Scheduler;

/// <summary>Chooses a node for a pod: the filters say where it can run, the scores where it runs best.</summary>
internal static class SchedulingPlanner
{
    /// <summary>Cheap ones first; the first that objects speaks for the node. The order is Kubernetes'.</summary>
    private static readonly IFilter[] Filters =
    [
        new UnschedulableFilter(),
        new NodeNameFilter(),
        new TaintFilter(),
        new NodeAffinityFilter(),
        new HostPortFilter(),
        new ResourcesFilter(),
        new TopologySpreadFilter(),
        new PodAffinityFilter(),
    ];

    private static readonly IScore[] Scores =
    [
        new TaintScore(),
        new NodeAffinityScore(),
        new LeastAllocatedScore(),
        new BalancedAllocationScore(),
        new ImageLocalityScore(),
        new SpreadScore(),
        new PodAffinityScore(),
    ];

    /// <param name="nominations">Who waits for room that is being made for it.</param>
    public static SchedulingPlan Plan(PodInfo pod, ClusterSnapshot cluster, Nominations nominations, SchedulerOptions options)
    {
        var tests = TestsFor(pod, cluster);

        // Room that was made for it is taken, even where another node would be better by now.
        if (nominations.NodeOf(pod.Key) is { } own && cluster.Find(own) is { } nominated && FirstObjection(tests, nominations.Reserve(nominated, pod)) is null)
        {
            return new SchedulingPlan.Bind(own, 1);
        }

        var fitting = new List<NodeInfo>();
        var rejections = new List<(NodeInfo, Rejection)>();
        var wokenBy = ClusterEvents.NodeAdded;
        var enough = EnoughNodes(cluster.Nodes.Count, options);
        var lookedAt = 0;
        while (lookedAt < cluster.Nodes.Count && fitting.Count < enough)
        {
            var node = cluster.InTurn(lookedAt++);
            if (FirstObjection(tests, nominations.Reserve(node, pod)) is var (filter, rejection))
            {
                rejections.Add((node, rejection));
                wokenBy |= filter.WokenBy;
            }
            else
            {
                fitting.Add(node);
            }
        }

        return fitting.Count > 0
            ? new SchedulingPlan.Bind(Best(pod, cluster, fitting).Name, lookedAt)
            : new SchedulingPlan.Unschedulable(rejections, wokenBy);
    }

    /// <summary>The pod can run on a node of the cluster, with what is left to those who wait for it.</summary>
    public static bool Fits(PodInfo pod, ClusterSnapshot cluster, Nominations nominations, NodeInfo node) =>
        FirstObjection(TestsFor(pod, cluster), nominations.Reserve(node, pod)) is null;

    private static List<(IFilter Filter, NodeTest Test)> TestsFor(PodInfo pod, ClusterSnapshot cluster)
    {
        var tests = new List<(IFilter Filter, NodeTest Test)>(Filters.Length);
        foreach (var filter in Filters)
        {
            if (filter.For(pod, cluster) is { } test)
            {
                tests.Add((filter, test));
            }
        }

        return tests;
    }

    private static (IFilter Filter, Rejection Rejection)? FirstObjection(List<(IFilter Filter, NodeTest Test)> tests, NodeInfo node)
    {
        foreach (var (filter, test) in tests)
        {
            if (test(node) is { } rejection)
            {
                return (filter, rejection);
            }
        }

        return null;
    }

    /// <summary>The node with the best score; of equal ones, the first in turn.</summary>
    private static NodeInfo Best(PodInfo pod, ClusterSnapshot cluster, List<NodeInfo> nodes)
    {
        if (nodes.Count == 1)
        {
            return nodes[0];
        }

        var totals = new long[nodes.Count];
        foreach (var score in Scores)
        {
            if (score.Score(pod, cluster, nodes) is { } scores)
            {
                for (var i = 0; i < totals.Length; i++)
                {
                    totals[i] += score.Weight * scores[i];
                }
            }
        }

        return nodes[Array.IndexOf(totals, totals.Max())];
    }

    // In a large cluster a good node is as good as the best: looking at fewer keeps the pods coming.
    private static int EnoughNodes(int all, SchedulerOptions options) =>
        all <= options.AlwaysLookAt ? all : Math.Max(options.AlwaysLookAt, all * Math.Max(5, 50 - all / 125) / 100);
}
