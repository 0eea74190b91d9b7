using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>
/// Which pods wait for a node of their own until its victims are gone. Whoever is no more important than they are leaves them that room.
/// For one thread at a time.
/// </summary>
internal sealed class Nominations
{
    private readonly Dictionary<ObjectKey, string> _nodes = [];
    private readonly Dictionary<string, List<PodInfo>> _pods = new(StringComparer.Ordinal);

    public bool IsEmpty => _nodes.Count == 0;

    /// <summary>The node that a pod waits for; null if none.</summary>
    public string? NodeOf(ObjectKey pod) => _nodes.GetValueOrDefault(pod);

    /// <summary>A pod that waits, and for which node; null if it does not.</summary>
    public (PodInfo Pod, string Node)? Find(ObjectKey pod) => NodeOf(pod) is { } node ? (_pods[node].Find(one => one.Key == pod)!, node) : null;

    /// <param name="node">Null or empty for none.</param>
    public void Set(PodInfo pod, string? node)
    {
        Remove(pod.Key);
        if (string.IsNullOrEmpty(node))
        {
            return;
        }

        _nodes[pod.Key] = node;
        if (!_pods.TryGetValue(node, out var pods))
        {
            _pods[node] = pods = [];
        }

        pods.Add(pod);
    }

    /// <summary>Those that wait for a node and use a claim.</summary>
    public IReadOnlyList<PodInfo> Using(ObjectKey claim, string node) =>
        _pods.TryGetValue(node, out var pods) ? pods.FindAll(one => PodClaims.Of(one.Pod).Contains(claim)) : [];

    public void Remove(ObjectKey pod)
    {
        if (_nodes.Remove(pod, out var node) && _pods[node] is var pods && pods.RemoveAll(one => one.Key == pod) > 0 && pods.Count == 0)
        {
            _pods.Remove(node);
        }
    }

    /// <summary>Those that wait for a node and are less important than a pod.</summary>
    public IReadOnlyList<PodInfo> Below(PodInfo pod, string node) =>
        _pods.TryGetValue(node, out var pods) ? [.. pods.Where(one => one.Priority < pod.Priority && one.Key != pod.Key)] : [];

    /// <summary>Those that wait for a node and are at least as important as a pod: it leaves them that room.</summary>
    public IReadOnlyList<PodInfo> Above(PodInfo pod, string node) =>
        _pods.TryGetValue(node, out var pods) ? pods.FindAll(one => one.Priority >= pod.Priority && one.Key != pod.Key) : [];
}
