using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using static Coppice.Scheduler.Tests.World;

namespace Coppice.Scheduler.Tests;

public sealed class ClusterSumsTests
{
    private const string Image = "web:1";

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
            switch (random.Next(6))
            {
                case 0:
                    state.SetNode(NodeIn(node, $"z{random.Next(2)}", random.Next(2) == 0));
                    break;
                case 1:
                    state.RemoveNode(node);
                    break;
                case 2:
                    state.Remove(new PodDemand(Pod(pod)).Key);
                    break;
                case 3:
                    state.Assume(new PodDemand(PodOf(pod, random)), node);
                    break;
                default:
                    state.Place(PodOf(pod, random).With(spec => spec with { NodeName = node }));
                    break;
            }

            AssertSums(state.Snapshot(0));
        }
    }

    private static void AssertSums(ClusterSnapshot cluster)
    {
        var sums = cluster.Sums;
        Assert.Equal(cluster.Nodes.Count(n => n.ImageSize(Image) > 0), sums.NodesWithImage(Image));
        Assert.Equal(cluster.Nodes.Sum(n => n.Repelling.Count), sums.Repelling);
        Assert.Equal(cluster.Nodes.Sum(n => n.Wishing.Count), sums.Wishing);
        foreach (var owner in (string[])["a", "b"])
        {
            var siblings = sums.SiblingsOf(owner);
            Assert.Equal(cluster.Nodes.Sum(n => Of(n, owner)) == 0, siblings is null);
            foreach (var node in cluster.Nodes)
            {
                Assert.Equal(Of(node, owner), siblings?.On(node) ?? 0);
                Assert.Equal(cluster.Nodes.Where(n => n.Zone == node.Zone).Sum(n => Of(n, owner)), siblings?.InZoneOf(node) ?? 0);
            }
        }
    }

    private static int Of(NodeView node, string owner) => node.Pods.Count(p => p.Owner == owner && !p.IsLeaving);

    private static Node NodeIn(string name, string zone, bool hasImage)
    {
        var node = Node(name, labels: (NodeView.ZoneLabel, zone));
        return hasImage ? node with { Status = node.Status with { Images = [new ContainerImage { Names = [Image], SizeBytes = 1 }] } } : node;
    }

    private static Pod PodOf(string name, Random random)
    {
        var pod = Pod(name, labels: ("app", "web"));
        var owner = random.Next(3) switch { 0 => "a", 1 => "b", _ => null };
        var term = new PodAffinityTerm { LabelSelector = new(), TopologyKey = NodeView.ZoneLabel };
        return pod with
        {
            Metadata = pod.Metadata with
            {
                OwnerReferences = owner is null ? [] : [new OwnerReference { Uid = owner, Controller = true }],
                DeletionTimestamp = random.Next(4) == 0 ? DateTimeOffset.UnixEpoch : null,
            },
            Spec = pod.Spec with
            {
                Affinity = random.Next(3) switch
                {
                    0 => new() { PodAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [term] } },
                    1 => new() { PodAntiAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [term] } },
                    _ => null,
                },
            },
        };
    }
}
