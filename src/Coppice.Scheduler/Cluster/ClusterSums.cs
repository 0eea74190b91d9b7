using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>
/// What plans ask of all nodes together, kept up as nodes and pods change: on a large cluster, no plan can afford to go through all of
/// them.
/// </summary>
internal sealed class ClusterSums
{
    private readonly Dictionary<string, ValueMap<string>> _namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TopologyDomains> _domains = new(StringComparer.Ordinal);
    private readonly Dictionary<int, NodeInfo> _nodes = [];

    /// <summary>The labels of every namespace.</summary>
    public IReadOnlyDictionary<string, ValueMap<string>> Namespaces => _namespaces;

    /// <summary>The terms by which pods keep others away.</summary>
    public AffinityTermCounts RequiredAntiAffinity { get; } = new();

    /// <summary>The terms by which pods insist on others.</summary>
    public AffinityTermCounts RequiredAffinity { get; } = new();

    /// <summary>The terms of pods that make domains better or worse for others.</summary>
    public AffinityTermCounts PreferredAffinity { get; } = new();

    public TopologyCounts Topology { get; } = new();

    /// <summary>How many assigned pods have which priority.</summary>
    public PriorityCounts Priorities { get; } = new();

    /// <summary>How many nodes take no new pods, have taints that keep pods away, have such that they only would rather avoid.</summary>
    public (int Cordoned, int Tainted, int Disliked) Nodes { get; private set; }

    public ImageCounts Images { get; } = new();

    /// <summary>The domains of a label.</summary>
    public TopologyDomains DomainsOf(string topologyKey)
    {
        if (!_domains.TryGetValue(topologyKey, out var domains))
        {
            _domains[topologyKey] = domains = new(topologyKey);
            foreach (var node in _nodes.Values)
            {
                domains.Enter(node);
            }
        }

        return domains;
    }

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
        AddOwn(node, sign);
        Images.Add(node.Images, sign);
        AddTopology(node, sign);
    }

    /// <summary>A node has changed, but not its pods. Most do so only to say that they are there.</summary>
    public void Replace(NodeInfo before, NodeInfo now)
    {
        AddOwn(before, -1);
        AddOwn(now, 1);
        if (before.Images != now.Images)
        {
            Images.Add(before.Images, -1);
            Images.Add(now.Images, 1);
        }

        if (before.Labels != now.Labels || before.Node.Spec.Taints != now.Node.Spec.Taints)
        {
            AddTopology(before, -1);
            AddTopology(now, 1);
        }
    }

    /// <param name="sign">1 for a pod that is on the node now, -1 for one that was.</param>
    /// <param name="isTrial">It is taken back before anything else changes.</param>
    public void Add(PodInfo pod, NodeInfo node, int sign, bool isTrial = false)
    {
        Count(RequiredAntiAffinity, pod.RequiredAntiAffinity);
        Count(RequiredAffinity, pod.RequiredAffinity);
        Count(PreferredAffinity, pod.PreferredAffinity);
        Count(PreferredAffinity, pod.PreferredAntiAffinity);
        Priorities.Add(pod.Priority, sign);
        Topology.Add(pod, node, sign, Namespaces);

        void Count(AffinityTermCounts counts, IReadOnlyList<AffinityTerm> terms)
        {
            for (var i = 0; i < terms.Count; i++)
            {
                counts.Add(terms[i], DomainsOf(terms[i].TopologyKey), node, sign, isTrial);
            }
        }
    }

    private void AddTopology(NodeInfo node, int sign)
    {
        if (sign > 0)
        {
            _nodes[node.Slot] = node;
            foreach (var domains in _domains.Values)
            {
                domains.Enter(node);
            }
        }

        Topology.Add(node, sign);
        foreach (var pod in node.Pods)
        {
            Add(pod, node, sign);
        }

        if (sign < 0)
        {
            _nodes.Remove(node.Slot);
            foreach (var domains in _domains.Values)
            {
                domains.Leave(node);
            }
        }
    }

    private void AddOwn(NodeInfo node, int sign)
    {
        Nodes = (
            Nodes.Cordoned + (node.Node.Spec.Unschedulable ? sign : 0),
            Nodes.Tainted + (node.KeepsAway ? sign : 0),
            Nodes.Disliked + (node.IsDisliked ? sign : 0));
    }
}
