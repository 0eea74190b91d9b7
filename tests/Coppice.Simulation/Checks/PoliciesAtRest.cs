using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Autoscaling.V2;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
using Coppice.Simulation.Checks.Laws;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks;

/// <summary>What must be true of budgets, quotas and autoscalers in a cluster that was left alone: they say what is, and what is scaled is as it should be.</summary>
internal static class PoliciesAtRest
{
    // What 50 % of what a pod asks for is, in thousandths; and how far from it nothing is done.
    private const int LoadOfPod = 100;
    private const double Tolerance = 0.1;

    /// <returns>What is not so yet, in words.</returns>
    public static IEnumerable<string> Missing(SimulatedCluster cluster) => Budgets(cluster).Concat(Quotas(cluster.Stored)).Concat(Autoscalers(cluster));

    private static IEnumerable<string> Budgets(SimulatedCluster cluster)
    {
        foreach (var budget in cluster.Stored.All<PodDisruptionBudget>())
        {
            var (status, healthy) = (budget.Status, BudgetLaw.Healthy(cluster.Stored.All<Pod>(), budget).Count);
            var allowed = status.ExpectedPods <= 0 ? 0 : Math.Max(0, healthy - status.DesiredHealthy);
            if (status.ObservedGeneration != budget.Metadata.Generation || status.CurrentHealthy != healthy || status.DisruptionsAllowed != allowed || !status.DisruptedPods.IsEmpty)
            {
                yield return $"budget {ObjectKey.Of(budget)} has {healthy} healthy pods, and says {status}";
            }
        }
    }

    private static IEnumerable<string> Quotas(StoredWorld stored)
    {
        foreach (var quota in stored.All<ResourceQuota>())
        {
            foreach (var (resource, hard) in quota.Spec.Hard)
            {
                var taken = QuotaLaw.Taken(stored, quota.Metadata.Namespace!, resource);
                if (quota.Status.Hard.Find(resource) != hard || (taken is { } amount && quota.Status.Used.Find(resource) != amount))
                {
                    yield return $"quota {ObjectKey.Of(quota)} of {hard} {resource} is used by {taken}, and says {quota.Status}";
                }
            }
        }
    }

    private static IEnumerable<string> Autoscalers(SimulatedCluster cluster)
    {
        foreach (var autoscaler in cluster.Stored.All<HorizontalPodAutoscaler>())
        {
            var (key, least, most) = (ObjectKey.Of(autoscaler), autoscaler.Spec.MinReplicas ?? 1, autoscaler.Spec.MaxReplicas);
            if (cluster.Stored.Find<Deployment>(key) is not { Spec.Replicas: > 0 and var replicas })
            {
                continue;
            }

            var load = (double)cluster.Load.Of(key.Name) / LoadOfPod;
            var isTooMany = replicas > most || (replicas > least && Math.Ceiling(load) < replicas && load < (1 - Tolerance) * replicas);
            var isTooFew = replicas < least || (replicas < most && Math.Ceiling(load) > replicas && load > (1 + Tolerance) * replicas);
            if (isTooMany || isTooFew)
            {
                yield return $"{key} has {replicas} pods for the load of {load}, and may have from {least} to {most}";
            }
        }
    }
}
