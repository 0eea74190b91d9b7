namespace Coppice.Scheduler;

/// <summary>
/// What plans ask of all nodes together, kept up as nodes and pods change: on a large cluster, no plan can afford to go through all of
/// them.
/// </summary>
internal sealed class ClusterSums
{
    public const string ZoneLabel = "topology.kubernetes.io/zone";

    private readonly Dictionary<string, int> _nodesWithImage = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Owner, string Node), int> _onNode = [];
    private readonly Dictionary<(string Owner, string Zone), int> _inZone = [];

    /// <summary>The number of pods that keep others away.</summary>
    public int Repelling { get; private set; }

    /// <summary>The number of pods that have wishes about others, for the comparison of nodes.</summary>
    public int Wishing { get; private set; }

    public int NodesWithImage(string image) => _nodesWithImage.GetValueOrDefault(image);

    /// <summary>How many pods of an owner are on a node, without those that are leaving.</summary>
    public int OnNode(string owner, string node) => _onNode.GetValueOrDefault((owner, node));

    /// <summary>The same for the nodes of a zone together.</summary>
    public int InZone(string owner, string zone) => _inZone.GetValueOrDefault((owner, zone));

    /// <summary>A node is there, is gone, or has changed, it or its pods.</summary>
    public void Replace(NodeView? before, NodeView? now)
    {
        if (!ReferenceEquals(before?.Node, now?.Node))
        {
            CountImages(before, -1);
            CountImages(now, 1);
        }

        CountPods(before, -1);
        CountPods(now, 1);
    }

    private void CountImages(NodeView? node, int sign)
    {
        foreach (var image in node?.Images ?? [])
        {
            Add(_nodesWithImage, image, sign);
        }
    }

    private void CountPods(NodeView? node, int sign)
    {
        if (node is null)
        {
            return;
        }

        Repelling += sign * node.Repelling.Count;
        Wishing += sign * node.Wishing.Count;
        var zone = node.Labels.Find(ZoneLabel);
        foreach (var pod in node.Pods)
        {
            if (pod.Owner is { } owner && !pod.IsLeaving)
            {
                Add(_onNode, (owner, node.Name), sign);
                if (zone is not null)
                {
                    Add(_inZone, (owner, zone), sign);
                }
            }
        }
    }

    // Without zeros, or the tables would remember every owner there ever was.
    private static void Add<T>(Dictionary<T, int> counts, T key, int sign) where T : notnull
    {
        var count = counts.GetValueOrDefault(key) + sign;
        if (count == 0)
        {
            counts.Remove(key);
        }
        else
        {
            counts[key] = count;
        }
    }
}
