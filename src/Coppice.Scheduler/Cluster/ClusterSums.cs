namespace Coppice.Scheduler;

/// <summary>
/// What plans ask of all nodes together, kept up as nodes and pods change: on a large cluster, no plan can afford to go through all of
/// them.
/// </summary>
internal sealed class ClusterSums
{
    private readonly NameCounts _nodesWithImage = new();
    private readonly Dictionary<string, SiblingCounts> _siblings = new(StringComparer.Ordinal);

    /// <summary>The number of pods that keep others away.</summary>
    public int Repelling { get; private set; }

    /// <summary>The number of pods that have wishes about others, for the comparison of nodes.</summary>
    public int Wishing { get; private set; }

    public int NodesWithImage(string image) => _nodesWithImage.Of(image);

    /// <summary>Where the pods of an owner are; null if none is anywhere.</summary>
    public SiblingCounts? SiblingsOf(string owner) => _siblings.GetValueOrDefault(owner);

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
            _nodesWithImage.Add(image, sign);
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
        foreach (var pod in node.Pods)
        {
            if (pod.Owner is { } owner && !pod.IsLeaving)
            {
                CountSibling(owner, node, sign);
            }
        }
    }

    private void CountSibling(string owner, NodeView node, int sign)
    {
        if (!_siblings.TryGetValue(owner, out var siblings))
        {
            _siblings[owner] = siblings = new();
        }

        siblings.Count(node, sign);
        if (siblings.IsEmpty)
        {
            _siblings.Remove(owner);
        }
    }
}
