using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>A node and the pods that are, or soon will be, on it. Immutable: a change makes another one.</summary>
internal sealed class NodeInfo
{
    public const string ZoneLabel = "topology.kubernetes.io/zone";

    private Dictionary<string, long> _images = [];

    private NodeInfo(Node node, ResourceAmounts allocatable, long podLimit)
    {
        Node = node;
        Name = node.Metadata.Name ?? "";
        Zone = Labels.Find(ZoneLabel);
        Allocatable = allocatable;
        PodLimit = podLimit;
    }

    public Node Node { get; }

    public string Name { get; }

    /// <summary>What may fail together with this node; null if it is not known.</summary>
    public string? Zone { get; }

    public ValueMap<string> Labels => Node.Metadata.Labels;

    public ResourceAmounts Allocatable { get; }

    /// <summary>How many pods may run here.</summary>
    public long PodLimit { get; }

    public IReadOnlyList<PodInfo> Pods { get; private init; } = [];

    /// <summary>What the pods request.</summary>
    public ResourceAmounts Requested { get; private init; }

    /// <summary>What they are taken to use.</summary>
    public ResourceAmounts NonZeroRequested { get; private init; }

    /// <summary>The names of the images that are here already.</summary>
    public IReadOnlyCollection<string> Images => _images.Keys;

    public static NodeInfo Of(Node node, IEnumerable<PodInfo> pods)
    {
        var allocatable = node.Status.Allocatable;
        return new NodeInfo(node, ResourceAmounts.Of(allocatable), allocatable.Find("pods").Value) { _images = ImagesOf(node) }.WithPods([.. pods]);
    }

    public NodeInfo WithNode(Node node) => Of(node, Pods);

    public NodeInfo With(PodInfo pod)
    {
        var others = Find(pod.Key) is null ? this : Without(pod.Key);
        return others.WithPods([.. others.Pods, pod], others.Requested + pod.Requests, others.NonZeroRequested + pod.NonZeroRequests);
    }

    public NodeInfo Without(ObjectKey pod) => Find(pod) is { } here
        ? WithPods([.. Pods.Where(p => p != here)], Requested - here.Requests, NonZeroRequested - here.NonZeroRequests)
        : this;

    public PodInfo? Find(ObjectKey pod)
    {
        foreach (var here in Pods)
        {
            if (here.Key == pod)
            {
                return here;
            }
        }

        return null;
    }

    /// <summary>The size in bytes of an image that is here already, or 0.</summary>
    public long ImageSize(string image) => _images.GetValueOrDefault(image);

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

    private NodeInfo WithPods(IReadOnlyList<PodInfo> pods)
    {
        var requested = default(ResourceAmounts);
        var nonZeroRequested = default(ResourceAmounts);
        foreach (var pod in pods)
        {
            requested += pod.Requests;
            nonZeroRequested += pod.NonZeroRequests;
        }

        return WithPods(pods, requested, nonZeroRequested);
    }

    private NodeInfo WithPods(IReadOnlyList<PodInfo> pods, ResourceAmounts requested, ResourceAmounts nonZeroRequested) => new(Node, Allocatable, PodLimit)
    {
        Pods = pods,
        Requested = requested,
        NonZeroRequested = nonZeroRequested,
        _images = _images,
    };
}
