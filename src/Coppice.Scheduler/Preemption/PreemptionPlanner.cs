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

/// <summary>
/// Chooses the pods that have to go, so that a more important one gets its place: as few and as unimportant ones as can be. Whether it
/// helps is tried on the cluster's own state, which is as it was afterwards.
/// </summary>
internal static class PreemptionPlanner
{
    // Kubernetes' defaults: so many nodes are enough to choose from.
    private const int CandidatesMin = 100;
    private const int CandidatesPercent = 10;

    /// <param name="rejections">By the nodes that gave them, in the order of looking.</param>
    public static PreemptionPlan Plan(PodInfo pod, ClusterState cluster, Nominations nominations, IReadOnlyList<(NodeInfo Node, Rejection Why)> rejections)
    {
        if (pod.Pod.Spec.PreemptionPolicy == PreemptionPolicy.Never)
        {
            return new PreemptionPlan.Nothing("not eligible due to preemptionPolicy=Never.", KeepsNomination: true);
        }

        if (nominations.NodeOf(pod.Key) is { } nominated && IsClearing(pod, nominated, rejections))
        {
            return new PreemptionPlan.Nothing("not eligible due to a terminating pod on the nominated node.", KeepsNomination: true);
        }

        return Best(pod, cluster, nominations, rejections) is { } victims
            ? new PreemptionPlan.Preempt(victims)
            : new PreemptionPlan.Nothing(UnschedulableMessage.WriteHelpless(rejections), KeepsNomination: false);
    }

    /// <summary>The victims of an earlier plan are on their way out, and nothing else keeps the pod off the node for good.</summary>
    private static bool IsClearing(PodInfo pod, string nominated, IReadOnlyList<(NodeInfo Node, Rejection Why)> rejections) => rejections.Any(one =>
        one.Node.Name == nominated && !one.Why.IsUnresolvable && one.Node.Pods.Any(here => here.Priority < pod.Priority && IsPreempted(here)));

    private static bool IsPreempted(PodInfo pod) => pod.IsTerminating && pod.Pod.Status.Conditions.Any(condition => condition is
        { Type: PodConditionType.DisruptionTarget, Status: ConditionStatus.True, Reason: Preemptions.Reason });

    private static Victims? Best(PodInfo pod, ClusterState cluster, Nominations nominations, IReadOnlyList<(NodeInfo Node, Rejection Why)> rejections)
    {
        if (!(cluster.LowestPriority < pod.Priority))
        {
            return null;
        }

        var enough = Math.Max(CandidatesMin, rejections.Count * CandidatesPercent / 100);
        var found = 0;
        Victims? best = null;
        foreach (var (node, why) in rejections)
        {
            if (!why.IsUnresolvable && TryFree(pod, node, cluster, nominations) is { } victims)
            {
                best = best is null ? victims : Victims.Better(best, victims);
                if (++found == enough)
                {
                    break;
                }
            }
        }

        return best;
    }

    /// <summary>Without any less important pod first; then as many as can stay, the most important before the others.</summary>
    private static Victims? TryFree(PodInfo pod, NodeInfo node, ClusterState cluster, Nominations nominations)
    {
        var lower = node.Pods.Where(here => here.Priority < pod.Priority).ToList();
        if (lower.Count == 0)
        {
            return null;
        }

        lower.Sort(Victims.ByImportance);
        using var trial = cluster.Try(node.Name);
        lower.ForEach(trial.Remove);
        if (!Fits())
        {
            return null;
        }

        var victims = new List<PodInfo>();
        foreach (var one in lower)
        {
            trial.Return(one);
            if (!Fits())
            {
                trial.Remove(one);
                victims.Add(one);
            }
        }

        return victims.Count == 0 ? null : new Victims(node, victims);

        bool Fits() => SchedulingPlanner.Fits(pod, cluster.Snapshot(0), nominations, trial.Node);
    }
}
