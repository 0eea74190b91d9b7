using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>The affinity terms of assigned pods: for each of them, how many pods that have it are in which domain.</summary>
internal sealed class AffinityTermCounts
{
    private readonly LabelIndex<AffinityTerm, DomainCounts> _byTerm = new(term => term.Pods.Pods);

    /// <param name="domains">Of the term's topology key.</param>
    /// <param name="isTrial">What comes to nothing comes back: who counts by it goes on doing so.</param>
    public void Add(AffinityTerm term, TopologyDomains domains, NodeInfo node, int number, bool isTrial)
    {
        if (_byTerm.Find(term) is not { } counts)
        {
            counts = new(domains);
            _byTerm.Add(term, counts);
        }

        counts.Add(node, number);
        if (counts.IsEmpty && !isTrial)
        {
            _byTerm.Remove(term);
        }
    }

    /// <summary>Those that are about a pod, in no order.</summary>
    public IEnumerable<(AffinityTerm Term, DomainCounts Counts)> About(PodInfo pod, IReadOnlyDictionary<string, ValueMap<string>> namespaces)
    {
        if (_byTerm.Count == 0)
        {
            yield break;
        }

        foreach (var (term, counts) in _byTerm.Among(pod.Labels))
        {
            if (term.Pods.Matches(pod, namespaces))
            {
                yield return (term, counts);
            }
        }
    }
}
