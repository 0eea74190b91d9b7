using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>A node and the pods that are, or soon will be, on it. Immutable: a change makes another one.</summary>
internal sealed class NodeView
{
    public const string ZoneLabel = "topology.kubernetes.io/zone";

    private Dictionary<string, long> _images = [];

    private NodeView(Node node, ResourceAmounts allocatable, long podLimit)
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

    public IReadOnlyList<PodDemand> Pods { get; private init; } = [];

    /// <summary>What the pods asked for.</summary>
    public ResourceAmounts Asked { get; private init; }

    /// <summary>What they are taken to use.</summary>
    public ResourceAmounts Guessed { get; private init; }

    /// <summary>Those of the pods that keep others away.</summary>
    public IReadOnlyList<PodDemand> Repelling { get; private init; } = [];

    /// <summary>Those of the pods that have wishes about others, for the comparison of nodes.</summary>
    public IReadOnlyList<PodDemand> Wishing { get; private init; } = [];

    /// <summary>The names of the images that are here already.</summary>
    public IReadOnlyCollection<string> Images => _images.Keys;

    public static NodeView Of(Node node, IEnumerable<PodDemand> pods)
    {
        var allocatable = node.Status.Allocatable;
        return new NodeView(node, ResourceAmounts.Of(allocatable), allocatable.Find("pods").Value) { _images = ImagesOf(node) }.WithPods([.. pods]);
    }

    public NodeView WithNode(Node node) => Of(node, Pods);

    public NodeView With(PodDemand pod) => WithPods([.. Pods.Where(p => p.Key != pod.Key), pod]);

    public NodeView Without(ObjectKey pod) => WithPods([.. Pods.Where(p => p.Key != pod)]);

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

    private NodeView WithPods(IReadOnlyList<PodDemand> pods)
    {
        var asked = default(ResourceAmounts);
        var guessed = default(ResourceAmounts);
        foreach (var pod in pods)
        {
            asked += pod.Asked;
            guessed += pod.Guessed;
        }

        return new(Node, Allocatable, PodLimit)
        {
            Pods = pods,
            Asked = asked,
            Guessed = guessed,
            Repelling = [.. pods.Where(p => p.Far.Count > 0)],
            Wishing = [.. pods.Where(p => p.Near.Count + p.RatherNear.Count + p.RatherFar.Count > 0)],
            _images = _images,
        };
    }
}
