using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Policy;

namespace Coppice.Scheduler;

/// <summary>How many pods of which kind may still go. For one thread at a time.</summary>
internal sealed class BudgetState
{
    private readonly Dictionary<string, SortedDictionary<string, (PodDisruptionBudget Budget, LabelQuery Pods)>> _byNamespace = new(StringComparer.Ordinal);

    public void Learn(ObjectChange<PodDisruptionBudget> change)
    {
        var (name, ns) = (change.Item.Metadata.Name ?? "", change.Item.Metadata.Namespace ?? "");
        if (change.New is { } budget)
        {
            if (!_byNamespace.TryGetValue(ns, out var budgets))
            {
                _byNamespace[ns] = budgets = new(StringComparer.Ordinal);
            }

            budgets[name] = (budget, LabelQuery.Of(budget.Spec.Selector));
        }
        else if (_byNamespace.TryGetValue(ns, out var budgets) && budgets.Remove(name) && budgets.Count == 0)
        {
            _byNamespace.Remove(ns);
        }
    }

    /// <summary>Those of some pods that could not go without breaking a budget, if all of them went in their order.</summary>
    public HashSet<PodInfo> Violators(IReadOnlyList<PodInfo> pods)
    {
        var violators = new HashSet<PodInfo>();
        if (_byNamespace.Count == 0)
        {
            return violators;
        }

        var left = new Dictionary<PodDisruptionBudget, int>(ReferenceEqualityComparer.Instance);
        foreach (var pod in pods)
        {
            foreach (var budget in About(pod))
            {
                left[budget] = left.GetValueOrDefault(budget, budget.Status.DisruptionsAllowed) - 1;
                if (left[budget] < 0)
                {
                    violators.Add(pod);
                }
            }
        }

        return violators;
    }

    /// <summary>A pod without labels has no budget, nor has one that is on its way out by an eviction: that was counted already.</summary>
    private IEnumerable<PodDisruptionBudget> About(PodInfo pod)
    {
        if (pod.Labels.IsEmpty || !_byNamespace.TryGetValue(pod.Namespace, out var budgets))
        {
            yield break;
        }

        foreach (var (budget, pods) in budgets.Values)
        {
            if (!pods.IsEverything && pods.Matches(pod.Labels) && !budget.Status.DisruptedPods.ContainsKey(pod.Key.Name))
            {
                yield return budget;
            }
        }
    }
}
