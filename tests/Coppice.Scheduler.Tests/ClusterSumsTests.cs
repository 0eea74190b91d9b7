using Coppice.Objects.Core;
using Coppice.Objects;
using static Coppice.Scheduler.Tests.World;

namespace Coppice.Scheduler.Tests;

public sealed class ClusterSumsTests
{
    private const string Image = "web:1";
    private const string Host = "kubernetes.io/hostname";
    private const string Rack = "rack";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sums_that_are_kept_up_are_those_of_all_nodes(int seed)
    {
        var random = new Random(seed);
        var state = new ClusterState();
        for (var step = 0; step < 500; step++)
        {
            var (node, pod) = ($"n{random.Next(5)}", $"p{random.Next(12)}");
            switch (random.Next(7))
            {
                case 6:
                    state.SetNamespace("default", random.Next(3) == 0 ? null : ValueMap.Of(("team", $"{random.Next(2)}")));
                    break;
                case 0:
                    state.SetNode(NodeIn(node, random));
                    break;
                case 1:
                    state.RemoveNode(node);
                    break;
                case 2:
                    state.Remove(new PodInfo(Pod(pod)).Key);
                    break;
                case 3:
                    state.Assume(new PodInfo(PodOf(pod, random)), node);
                    break;
                default:
                    state.Assign(PodOf(pod, random).With(spec => spec with { NodeName = node }));
                    break;
            }

            AssertSums(state.Snapshot(0));
        }
    }

    private static void AssertSums(ClusterSnapshot cluster)
    {
        var sums = cluster.Sums;
        var sizes = cluster.Nodes.Select(n => n.ImageSize(Image)).Where(size => size > 0).ToList();
        Assert.Equal(sizes.Count, sums.Images.Of(Image).Nodes);
        Assert.True(sums.Images.Of(Image).Bytes is not { } bytes || sizes.TrueForAll(size => size == bytes));
        Assert.Equal(
            (0, cluster.Nodes.Count(n => !n.Node.Spec.Taints.IsEmpty), 0), sums.Nodes);
        foreach (var count in Counts)
        {
            AssertCounts(cluster, node => cluster.Count(count).Of(node), count, pod => count.Counts(pod, cluster.Namespaces) ? 1 : 0);
        }

        foreach (var count in Counts.Select(c => new NodeCount(c.Nodes, c.TopologyKey)).Distinct())
        {
            var domains = cluster.Nodes.Where(count.Nodes.Includes).Select(n => n.Labels.Find(count.TopologyKey)).OfType<string>().Distinct();
            Assert.Equal(domains.Count(), cluster.Count(count).Count);
        }

        AssertTerms(cluster, sums.RequiredAntiAffinity, pod => pod.RequiredAntiAffinity);
        AssertTerms(cluster, sums.RequiredAffinity, pod => pod.RequiredAffinity);
        AssertTerms(cluster, sums.PreferredAffinity, pod => [.. pod.PreferredAffinity, .. pod.PreferredAntiAffinity]);
    }

    private static readonly PodCount[] Counts =
    [
        .. from labels in (string?[])[null, "app=web", "app notin (web)"]
           from namespaces in (string?[])[null, "", "team=1"]
           from nodes in (NodeInclusion[])[NodeInclusion.Every, new([Rack], ValueMap.Of(("disk", "ssd")), null, null), new([], default, null, [])]
           from key in (string[])[Host, PlaceLabels.Zone, Rack]
           select new PodCount(
               [new(LabelQuery.Parse(labels), namespaces is null ? ["default"] : [], namespaces is null ? null : LabelQuery.Parse(namespaces), key == Host)], nodes, key),
    ];

    /// <summary>What was counted as pods and nodes came and went, by counting it anew.</summary>
    private static void AssertCounts(ClusterSnapshot cluster, Func<NodeInfo, int> counted, PodCount what, Func<PodInfo, int> countOf)
    {
        foreach (var node in cluster.Nodes)
        {
            var domain = node.Labels.Find(what.TopologyKey);
            var inDomain = cluster.Nodes.Where(n => domain is not null && n.Labels.Find(what.TopologyKey) == domain && what.Nodes.Includes(n));
            Assert.Equal(inDomain.Sum(n => n.Pods.Sum(countOf)), counted(node));
        }
    }

    private static void AssertTerms(ClusterSnapshot cluster, AffinityTermCounts counts, Func<PodInfo, IReadOnlyList<AffinityTerm>> termsOf)
    {
        var about = new PodInfo(Pod("about", labels: ("app", "web")));
        var counted = counts.About(about, cluster.Namespaces).ToDictionary(term => term.Term, term => term.Counts);
        foreach (var term in cluster.Nodes.SelectMany(n => n.Pods).SelectMany(termsOf).Distinct())
        {
            var isAbout = term.Pods.Matches(about, cluster.Namespaces);
            AssertCounts(
                cluster,
                node => counted.GetValueOrDefault(term)?.Of(node) ?? 0,
                new PodCount([], NodeInclusion.Every, term.TopologyKey),
                pod => isAbout ? termsOf(pod).Count(term.Equals) : 0);
        }

        Assert.Equal(
            cluster.Nodes.SelectMany(n => n.Pods.SelectMany(termsOf).Where(t => n.Labels.ContainsKey(t.TopologyKey) && t.Pods.Matches(about, cluster.Namespaces))).Distinct().Count(),
            counted.Count);
    }

    private static Node NodeIn(string name, Random random)
    {
        (string, string)[] labels = [(PlaceLabels.Zone, $"z{random.Next(2)}"), .. random.Next(2) == 0 ? [] : ((string, string)[])[(Rack, $"r{random.Next(3)}"), ("disk", "ssd")]];
        var node = Node(name, labels: labels);
        node = random.Next(4) == 0 ? node.Tainted("gpu", TaintEffect.NoSchedule) : node;
        return random.Next(2) == 0 ? node with { Status = node.Status with { Images = [new ContainerImage { Names = [Image], SizeBytes = random.Next(1, 3) }] } } : node;
    }

    private static Pod PodOf(string name, Random random)
    {
        var pod = Pod(name, labels: ("app", random.Next(3) == 0 ? "db" : "web"));
        var term = new PodAffinityTerm
        {
            LabelSelector = random.Next(2) == 0 ? new() : new() { MatchLabels = ValueMap.Of(("app", "web")) },
            NamespaceSelector = random.Next(2) == 0 ? null : new() { MatchLabels = ValueMap.Of(("team", "1")) },
            TopologyKey = random.Next(2) == 0 ? PlaceLabels.Zone : Rack,
        };
        return pod with
        {
            Metadata = pod.Metadata with
            {
                DeletionTimestamp = random.Next(4) == 0 ? DateTimeOffset.UnixEpoch : null,
            },
            Spec = pod.Spec with
            {
                Affinity = random.Next(4) switch
                {
                    0 => new() { PodAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [term] } },
                    1 => new() { PodAntiAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [term, term] } },
                    2 => new() { PodAntiAffinity = new() { PreferredDuringSchedulingIgnoredDuringExecution = [new() { Weight = random.Next(1, 3), PodAffinityTerm = term }] } },
                    _ => null,
                },
            },
        };
    }
}
