using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>What can be done for a pod that fits nowhere, by ending less important ones.</summary>
internal abstract record PreemptionPlan
{
    /// <summary>The pod is to have the node when the victims are gone.</summary>
    public sealed record Preempt(Victims Victims) : PreemptionPlan;

    /// <param name="Message">Why nothing, in Kubernetes' words.</param>
    /// <param name="KeepsNomination">It goes on waiting for the node that it waits for.</param>
    public sealed record Nothing(string Message, bool KeepsNomination) : PreemptionPlan;
}

/// <summary>Of how many nodes at least victims are looked for: Kubernetes' defaults.</summary>
/// <param name="Percent">Of all nodes.</param>
internal sealed record CandidateNodes(int Percent = 10, int Least = 100)
{
    public int Of(int nodes) => Math.Min(nodes, Math.Max(Least, nodes * Percent / 100));
}

/// <summary>
/// Chooses the pods that have to go, so that a more important one gets its place: without breaking a disruption budget if that can be,
/// and as few and as unimportant ones as can be. Whether it helps is tried on what is counted of the cluster, which is as it was afterwards.
/// </summary>
internal static class PreemptionPlanner
{
    /// <param name="not">Why the pod fits nowhere; nothing has changed since.</param>
    public static PreemptionPlan Plan(PodInfo pod, ClusterState cluster, Nominations nominations, SchedulerProfile profile, SchedulingPlan.Unschedulable not)
    {
        if (pod.Pod.Spec.PreemptionPolicy == PreemptionPolicy.Never)
        {
            return new PreemptionPlan.Nothing("not eligible due to preemptionPolicy=Never.", KeepsNomination: true);
        }

        if (nominations.NodeOf(pod.Key) is { } nominated && IsClearing(pod, nominated, not))
        {
            return new PreemptionPlan.Nothing("not eligible due to a terminating pod on the nominated node.", KeepsNomination: true);
        }

        return Best(pod, cluster, profile, not) is { } victims
            ? new PreemptionPlan.Preempt(victims)
            : new PreemptionPlan.Nothing(UnschedulableMessage.WriteHelpless(not.Rejections), KeepsNomination: false);
    }

    /// <summary>The victims of an earlier plan are on their way out, and nothing else keeps the pod off the node for good.</summary>
    private static bool IsClearing(PodInfo pod, string nominated, SchedulingPlan.Unschedulable not) => not.Rejections.Any(one =>
        one.Node.Name == nominated && !one.Why.IsUnresolvable && one.Node.Pods.Any(here => here.Priority < pod.Priority && IsPreempted(here)));

    private static bool IsPreempted(PodInfo pod) => pod.IsTerminating && pod.Pod.Status.Conditions.Any(condition => condition is
        { Type: PodConditionType.DisruptionTarget, Status: ConditionStatus.True, Reason: Preemptions.Reason });

    private static Victims? Best(PodInfo pod, ClusterState cluster, SchedulerProfile profile, SchedulingPlan.Unschedulable not)
    {
        if (profile.Preemption is not { } candidates || !(cluster.LowestPriority < pod.Priority))
        {
            return null;
        }

        var enough = candidates.Of(not.Rejections.Count);
        var (found, harmless) = (0, 0);
        Victims? best = null;
        foreach (var (node, why) in not.Rejections)
        {
            if (!why.IsUnresolvable && (best is null || Victims.MayBeBetter(node, best)) && TryFree(pod, node, cluster, not.Tests) is { } victims)
            {
                best = best is null ? victims : Victims.Better(best, victims);
                harmless += victims.Violations == 0 ? 1 : 0;

                // Where only broken budgets were found, looking goes on.
                if (++found >= enough && harmless > 0)
                {
                    break;
                }
            }
        }

        return best;
    }

    /// <summary>
    /// Without any less important pod first; then as many as can stay: those that a budget keeps before the others, and the most important
    /// before the less important ones.
    /// </summary>
    private static Victims? TryFree(PodInfo pod, NodeInfo node, ClusterState cluster, PodFilters tests)
    {
        var lower = node.Pods.Where(here => here.Priority < pod.Priority).ToList();
        if (lower.Count == 0)
        {
            return null;
        }

        using var trial = new Trial(cluster.Sums, node, tests.LookBeyondNode);
        trial.Remove(lower);
        if (tests.Objection(trial.Node) is not null)
        {
            return null;
        }

        lower.Sort(Victims.ByImportance);
        var kept = cluster.Budgets.Violators(lower);
        var victims = new List<PodInfo>();
        foreach (var one in lower.OrderBy(one => !kept.Contains(one)))
        {
            trial.Add(one);
            if (tests.Objection(trial.Node) is not null)
            {
                trial.Remove(one);
                victims.Add(one);
            }
        }

        victims.Sort(Victims.ByImportance);
        return victims.Count == 0 ? null : new Victims(node, victims, victims.Count(kept.Contains));
    }
}
