using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using static Coppice.Scheduler.Tests.World;

namespace Coppice.Scheduler.Tests;

/// <summary>What filters say of small random clusters that change, against the meaning of the words, pod by pod.</summary>
public sealed class TopologyFilterTests
{
    private const string Rack = "rack";
    private const string Zone = PlaceLabels.Zone;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Affinity_keeps_a_pod_off_the_nodes_that_its_words_do(int seed) => Try(seed, WithAffinity, new PodAffinityFilter(), AffinityObjection);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Spread_constraints_keep_a_pod_off_the_nodes_that_their_words_do(int seed) => Try(seed, WithSpread, new TopologySpreadFilter(SpreadDefaults.System), SpreadObjection);

    private static void Try(int seed, Func<Pod, Random, Pod> change, IFilter filter, Func<PodInfo, NodeInfo, ClusterSnapshot, string?> objection)
    {
        var random = new Random(seed);
        var state = new ClusterState();
        for (var step = 0; step < 400; step++)
        {
            var (node, name) = ($"n{random.Next(6)}", $"p{random.Next(15)}");
            var pod = change(Pod(name, labels: ("app", $"{random.Next(3)}")), random);
            switch (random.Next(5))
            {
                case 0:
                    state.SetNode(NodeIn(node, random));
                    break;
                case 1:
                    state.Remove(new PodInfo(pod).Key);
                    break;
                default:
                    state.Assign(pod.With(spec => spec with { NodeName = node }));
                    break;
            }

            var waiting = change(Pod("new", labels: ("app", $"{random.Next(3)}")), random);
            var (cluster, asked) = (state.Snapshot(0), new PodInfo(waiting with { Metadata = waiting.Metadata with { DeletionTimestamp = null } }));
            var test = filter.For(asked, cluster);
            foreach (var there in cluster.Nodes)
            {
                Assert.Equal(objection(asked, there, cluster), test?.Invoke(there)?.Reasons.Single());
            }
        }
    }

    private static string? AffinityObjection(PodInfo pod, NodeInfo node, ClusterSnapshot cluster)
    {
        var others = cluster.Nodes.SelectMany(n => n.Pods.Select(p => (Pod: p, Node: n))).ToList();
        var wanted = others.Where(o => pod.RequiredAffinity.All(t => IsAbout(t, o.Pod))).ToList();
        var isFirst = pod.RequiredAffinity.All(t => IsAbout(t, pod) && !wanted.Any(o => o.Node.Labels.ContainsKey(t.TopologyKey)));
        return !pod.RequiredAffinity.All(t => isFirst ? node.Labels.ContainsKey(t.TopologyKey) : wanted.Any(o => Together(node, o.Node, t.TopologyKey)))
            ? "node(s) didn't match pod affinity rules"
            : pod.RequiredAntiAffinity.Any(t => others.Any(o => IsAbout(t, o.Pod) && Together(node, o.Node, t.TopologyKey)))
            ? "node(s) didn't match pod anti-affinity rules"
            : others.Any(o => o.Pod.RequiredAntiAffinity.Any(t => IsAbout(t, pod) && Together(node, o.Node, t.TopologyKey)))
            ? "node(s) didn't satisfy existing pods anti-affinity rules"
            : null;

        bool IsAbout(AffinityTerm term, PodInfo other) => term.Pods.Matches(other, cluster.Namespaces);
    }

    private static string? SpreadObjection(PodInfo pod, NodeInfo node, ClusterSnapshot cluster)
    {
        var constraints = pod.Pod.Spec.TopologySpreadConstraints;
        foreach (var constraint in constraints)
        {
            if (!node.Labels.TryGetValue(constraint.TopologyKey, out var own))
            {
                return "node(s) didn't match pod topology spread constraints (missing required label)";
            }

            var selector = LabelQuery.Of(constraint.LabelSelector);
            var counts = cluster.Nodes
                .Where(n => constraints.All(c => n.Labels.ContainsKey(c.TopologyKey)) && pod.Pod.Spec.NodeSelector.All(l => n.Labels.Find(l.Key) == l.Value))
                .GroupBy(n => n.Labels[constraint.TopologyKey])
                .ToDictionary(domain => domain.Key, domain => domain.Sum(n => n.Pods.Count(p => !p.IsTerminating && selector.Matches(p.Labels))));
            var least = counts.Count == 0 || counts.Count < (constraint.MinDomains ?? 1) ? 0 : counts.Values.Min();
            if (counts.GetValueOrDefault(own) + (selector.Matches(pod.Labels) ? 1 : 0) - least > constraint.MaxSkew)
            {
                return "node(s) didn't match pod topology spread constraints";
            }
        }

        return null;
    }

    private static bool Together(NodeInfo node, NodeInfo other, string key) => node.Labels.Find(key) is { } domain && other.Labels.Find(key) == domain;

    private static Node NodeIn(string name, Random random) =>
        Node(name, labels: [(Zone, $"z{random.Next(3)}"), .. random.Next(3) == 0 ? [] : ((string, string)[])[(Rack, $"r{random.Next(2)}")]]);

    private static Pod WithAffinity(Pod pod, Random random)
    {
        return pod.With(spec => spec with
        {
            Affinity = new()
            {
                PodAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = Terms(random.Next(3) == 0 ? 1 : 0) },
                PodAntiAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = Terms(random.Next(3) == 0 ? random.Next(1, 3) : 0) },
            },
        });

        ValueList<PodAffinityTerm> Terms(int count) =>
            [.. Enumerable.Range(0, count).Select(_ => new PodAffinityTerm { TopologyKey = random.Next(2) == 0 ? Zone : Rack, LabelSelector = SomeApp(random) })];
    }

    private static Pod WithSpread(Pod pod, Random random) => pod with
    {
        Metadata = pod.Metadata with { DeletionTimestamp = random.Next(5) == 0 ? DateTimeOffset.UnixEpoch : null },
        Spec = pod.Spec with
        {
            NodeSelector = random.Next(4) == 0 ? ValueMap.Of((Rack, "r1")) : default,
            TopologySpreadConstraints =
            [
                .. ((string[])[Zone, Rack]).Where(_ => random.Next(2) == 0).Select(key => new TopologySpreadConstraint
                {
                    MaxSkew = random.Next(1, 3), MinDomains = random.Next(3) == 0 ? 2 : null, TopologyKey = key,
                    WhenUnsatisfiable = UnsatisfiableConstraintAction.DoNotSchedule, LabelSelector = SomeApp(random),
                }),
            ],
        },
    };

    private static LabelSelector SomeApp(Random random) => new() { MatchLabels = ValueMap.Of(("app", $"{random.Next(3)}")) };
}
