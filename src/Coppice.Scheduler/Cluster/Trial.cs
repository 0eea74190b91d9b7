namespace Coppice.Scheduler;

/// <summary>
/// What would be with other pods on one node, for tests that were prepared before. When it is disposed of, all is as it was.
/// </summary>
/// <param name="isSeenBeyond">The pods of the node count for what is asked of other nodes, too.</param>
internal sealed class Trial(ClusterSums sums, NodeInfo node, bool isSeenBeyond) : IDisposable
{
    private readonly Dictionary<PodInfo, int> _changes = [];
    private NodeInfo? _changed;

    /// <summary>The node as it is in the trial.</summary>
    public NodeInfo Node => _changed ?? node;

    /// <summary>The node without some of its pods.</summary>
    public void Remove(IReadOnlyCollection<PodInfo> pods)
    {
        _changed = Node.Without(pods);
        foreach (var pod in pods)
        {
            Count(pod, -1);
        }
    }

    public void Remove(PodInfo pod) => Remove([pod]);

    public void Add(PodInfo pod)
    {
        _changed = Node.With(pod);
        Count(pod, 1);
    }

    public void Dispose()
    {
        foreach (var (pod, change) in _changes)
        {
            if (change != 0)
            {
                sums.Add(pod, node, -change, isTrial: change < 0);
            }
        }
    }

    private void Count(PodInfo pod, int sign)
    {
        if (isSeenBeyond)
        {
            sums.Add(pod, node, sign, isTrial: true);
            _changes[pod] = _changes.GetValueOrDefault(pod) + sign;
        }
    }
}
