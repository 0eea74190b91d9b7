using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>A node and the pods that are, or soon will be, on it. Immutable: a change makes another one.</summary>
internal sealed class NodeInfo
{
    private PodInfo[] _pods = [];

    // Worked out when somebody asks.
    private (int Priority, DateTimeOffset Began)? _least;

    private NodeInfo(Node node, int slot)
    {
        (Node, Slot) = (node, slot);
        Name = node.Metadata.Name ?? "";
        Allocatable = ResourceAmounts.Of(node.Status.Allocatable);
        PodLimit = node.Status.Allocatable.Find(ResourceName.Pods).Value;
        foreach (var taint in node.Spec.Taints)
        {
            IsDisliked |= taint.Effect == TaintEffect.PreferNoSchedule;
            KeepsAway |= taint.Effect != TaintEffect.PreferNoSchedule;
        }
    }

    public Node Node { get; }

    /// <summary>A small number that no other node has as long as this one is there.</summary>
    public int Slot { get; }

    public string Name { get; }

    public ValueMap<string> Labels => Node.Metadata.Labels;

    public ResourceAmounts Allocatable { get; }

    /// <summary>How many pods may run here.</summary>
    public long PodLimit { get; }

    /// <summary>It has taints that keep off pods that don't tolerate them.</summary>
    public bool KeepsAway { get; }

    /// <summary>It has taints that pods which don't tolerate them would rather avoid.</summary>
    public bool IsDisliked { get; }

    public IReadOnlyList<PodInfo> Pods => _pods;

    public int PodCount => _pods.Length;

    /// <summary>The lowest priority of the pods, and when the last of that began. Not for a node without pods.</summary>
    public (int Priority, DateTimeOffset Began) Least => _least ??= _pods.Select(pod => (pod.Priority, pod.Began)).Aggregate(
        (a, b) => b.Priority < a.Priority || (b.Priority == a.Priority && b.Began > a.Began) ? b : a);

    /// <summary>What the pods request.</summary>
    public ResourceAmounts Requested { get; private set; }

    /// <summary>What they are taken to use.</summary>
    public ResourceAmounts NonZeroRequested { get; private set; }

    /// <summary>The images that are here already, with their sizes in bytes; the same table as long as they are the same.</summary>
    public IReadOnlyDictionary<string, long> Images { get; private init; } = new Dictionary<string, long>();

    public static NodeInfo Of(Node node, int slot, IEnumerable<PodInfo> pods)
    {
        PodInfo[] all = [.. pods];
        return new NodeInfo(node, slot) { Images = ImagesOf(node) }.WithPods(
            all, all.Aggregate(default(ResourceAmounts), (sum, pod) => sum + pod.Requests), all.Aggregate(default(ResourceAmounts), (sum, pod) => sum + pod.NonZeroRequests));
    }

    public NodeInfo WithNode(Node node) => new(node, Slot)
    {
        Images = node.Status.Images == Node.Status.Images ? Images : ImagesOf(node),
        _pods = _pods,
        Requested = Requested,
        NonZeroRequested = NonZeroRequested,
    };

    public NodeInfo With(PodInfo pod)
    {
        var others = Find(pod.Key) is { } before ? Without([before]) : this;
        return others.WithPods([.. others._pods, pod], others.Requested + pod.Requests, others.NonZeroRequested + pod.NonZeroRequests);
    }

    public NodeInfo Without(ObjectKey pod) => Find(pod) is { } here ? Without([here]) : this;

    /// <param name="pods">Which all are here.</param>
    public NodeInfo Without(IReadOnlyCollection<PodInfo> pods)
    {
        var (requested, nonZeroRequested) = (Requested, NonZeroRequested);
        foreach (var pod in pods)
        {
            requested -= pod.Requests;
            nonZeroRequested -= pod.NonZeroRequests;
        }

        return WithPods([.. _pods.Where(here => !pods.Contains(here))], requested, nonZeroRequested);
    }

    public PodInfo? Find(ObjectKey pod)
    {
        foreach (var here in _pods)
        {
            if (here.Key == pod)
            {
                return here;
            }
        }

        return null;
    }

    /// <summary>The size in bytes of an image that is here already, or 0.</summary>
    public long ImageSize(string image) => Images.GetValueOrDefault(image);

    private static Dictionary<string, long> ImagesOf(Node node)
    {
        var images = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var present in node.Status.Images)
        {
            foreach (var name in present.Names)
            {
                images[name] = present.SizeBytes;
            }
        }

        return images;
    }

    private NodeInfo WithPods(PodInfo[] pods, ResourceAmounts requested, ResourceAmounts nonZeroRequested)
    {
        var changed = (NodeInfo)MemberwiseClone();
        (changed._pods, changed._least, changed.Requested, changed.NonZeroRequested) = (pods, null, requested, nonZeroRequested);
        return changed;
    }
}
