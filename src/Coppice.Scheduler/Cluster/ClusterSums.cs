using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>
/// What plans ask of all nodes together, kept up as nodes and pods change: on a large cluster, no plan can afford to go through all of
/// them.
/// </summary>
internal sealed class ClusterSums
{
    private readonly NameCounts _nodesWithImage = new();
    private readonly Dictionary<string, SiblingCounts> _siblings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueMap<string>> _namespaces = new(StringComparer.Ordinal);

    /// <summary>The labels of every namespace.</summary>
    public IReadOnlyDictionary<string, ValueMap<string>> Namespaces => _namespaces;

    /// <summary>The terms by which pods keep others away.</summary>
    public AffinityTermCounts RequiredAntiAffinity { get; } = new();

    /// <summary>The terms of pods that make domains better or worse for others.</summary>
    public AffinityTermCounts ScoredAffinity { get; } = new();

    public TopologyCounts Topology { get; } = new();

    /// <summary>How many assigned pods have which priority.</summary>
    public PriorityCounts Priorities { get; } = new();

    public int NodesWithImage(string image) => _nodesWithImage.Of(image);

    /// <summary>Where the pods of an owner are; null if none is anywhere.</summary>
    public SiblingCounts? SiblingsOf(string owner) => _siblings.GetValueOrDefault(owner);

    /// <param name="labels">Null for a namespace that is gone.</param>
    public void SetNamespace(string name, ValueMap<string>? labels)
    {
        _namespaces.Remove(name);
        if (labels is { } present)
        {
            _namespaces[name] = present;
        }

        Topology.ForgetNamespaces();
    }

    /// <summary>A node with its pods is there, or is gone.</summary>
    public void Add(NodeInfo node, int sign)
    {
        AddImages(node, sign);
        AddTopology(node, sign);
    }

    /// <summary>A node has changed, but not its pods. Most do so only to say that they are there.</summary>
    public void Replace(NodeInfo before, NodeInfo now)
    {
        AddImages(before, -1);
        AddImages(now, 1);
        if (before.Labels != now.Labels || before.Node.Spec.Taints != now.Node.Spec.Taints)
        {
            AddTopology(before, -1);
            AddTopology(now, 1);
        }
    }

    /// <param name="sign">1 for a pod that is on the node now, -1 for one that was.</param>
    public void Add(PodInfo pod, NodeInfo node, int sign)
    {
        if (pod.Owner is { } owner && !pod.IsTerminating)
        {
            AddSibling(owner, node, sign);
        }

        foreach (var term in pod.RequiredAntiAffinity)
        {
            RequiredAntiAffinity.Add(term, node, sign);
        }

        foreach (var terms in (ReadOnlySpan<IReadOnlyList<AffinityTerm>>)[pod.RequiredAffinity, pod.PreferredAffinity, pod.PreferredAntiAffinity])
        {
            foreach (var term in terms)
            {
                ScoredAffinity.Add(term, node, sign);
            }
        }

        Priorities.Add(pod.Priority, sign);
        Topology.Add(pod, node, sign, Namespaces);
    }

    private void AddTopology(NodeInfo node, int sign)
    {
        Topology.Add(node, sign);
        foreach (var pod in node.Pods)
        {
            Add(pod, node, sign);
        }
    }

    private void AddImages(NodeInfo node, int sign)
    {
        foreach (var image in node.Images)
        {
            _nodesWithImage.Add(image, sign);
        }
    }

    private void AddSibling(string owner, NodeInfo node, int sign)
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
