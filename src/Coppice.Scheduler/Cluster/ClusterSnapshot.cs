using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>The cluster as it is in one moment, pods on their way included: for one plan, made before anything changes again.</summary>
/// <param name="Nodes">In the order of their names.</param>
/// <param name="Sums">What they have together.</param>
/// <param name="Namespaces">The labels of every namespace.</param>
/// <param name="FirstNode">Where to begin looking. It moves on from pod to pod, so that equal nodes get their turns.</param>
internal sealed record ClusterSnapshot(
    IList<NodeView> Nodes,
    ClusterSums Sums,
    IReadOnlyDictionary<string, ValueMap<string>> Namespaces,
    int FirstNode = 0)
{
    /// <summary>The nodes from the first one to look at, once around.</summary>
    public NodeView InTurn(int turn) => Nodes[(FirstNode + turn) % Nodes.Count];

    public ValueMap<string> NamespaceLabels(string name) => Namespaces.TryGetValue(name, out var labels) ? labels : default;
}
