using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>The cluster as it is in one moment, pods on their way included: for one plan, made before anything changes again.</summary>
/// <param name="NodesByName">All there are.</param>
/// <param name="Sums">What they have together.</param>
/// <param name="Storage">Claims and volumes.</param>
/// <param name="Devices">Devices and the claims of them.</param>
/// <param name="Workloads">Which pods belong together.</param>
/// <param name="FirstNode">Where to begin looking. It moves on from pod to pod, so that equal nodes get their turns.</param>
internal sealed record ClusterSnapshot(
    SortedList<string, NodeInfo> NodesByName, ClusterSums Sums, StorageState Storage, DeviceState Devices, WorkloadSelectors Workloads, int FirstNode = 0)
{
    /// <summary>In the order of their names.</summary>
    public IList<NodeInfo> Nodes => NodesByName.Values;

    /// <summary>The labels of every namespace.</summary>
    public IReadOnlyDictionary<string, ValueMap<string>> Namespaces => Sums.Namespaces;

    public NodeInfo? Find(string node) => NodesByName.GetValueOrDefault(node);

    /// <summary>How many pods of a selection are in which domain, on whatever nodes.</summary>
    public DomainCounts PodsOf(ValueList<PodSelection> pods, string topologyKey) => Count(new PodCount(pods, NodeInclusion.Every, topologyKey));

    public DomainCounts Count(PodCount what) => Sums.Topology.Of(what, Sums.DomainsOf(what.TopologyKey), this);

    public DomainCounts Count(NodeCount what) => Sums.Topology.Of(what, Sums.DomainsOf(what.TopologyKey), this);

    /// <summary>The nodes from the first one to look at, once around.</summary>
    public NodeInfo InTurn(int turn) => Nodes[(FirstNode + turn) % Nodes.Count];
}
