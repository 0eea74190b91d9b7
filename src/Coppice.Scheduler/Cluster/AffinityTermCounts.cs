using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>The affinity terms of assigned pods: for each of them, how many pods that have it are in which domain.</summary>
internal sealed class AffinityTermCounts
{
    private readonly Dictionary<AffinityTerm, DomainCounts> _byTerm = [];

    public void Add(AffinityTerm term, NodeInfo node, int number)
    {
        if (!_byTerm.TryGetValue(term, out var counts))
        {
            counts = new(term.TopologyKey);
        }

        counts.Add(node, number);
        if (counts.IsEmpty)
        {
            _byTerm.Remove(term);
        }
        else
        {
            _byTerm[term] = counts;
        }
    }

    /// <summary>Those that are about a pod, in no order.</summary>
    public IEnumerable<(AffinityTerm Term, DomainCounts Counts)> About(PodInfo pod, IReadOnlyDictionary<string, ValueMap<string>> namespaces)
    {
        foreach (var (term, counts) in _byTerm)
        {
            if (term.Pods.Matches(pod, namespaces))
            {
                yield return (term, counts);
            }
        }
    }
}
