using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
using Coppice.Simulation.Checks.Laws;
using HorizontalPodAutoscaler = Coppice.Objects.Autoscaling.V2.HorizontalPodAutoscaler;

namespace Coppice.Simulation.Checks.Breaches;

/// <summary>Of budgets, quotas, limits and autoscalers.</summary>
internal static class PolicyBreaches
{
    private const string Evicted = "EvictionByEvictionAPI";

    private static readonly PodDisruptionBudget Budget = new()
    {
        Metadata = Made.Named("budget"),
        Spec = new() { Selector = new() { MatchLabels = Made.Labels } },
        Status = new() { DesiredHealthy = 2, CurrentHealthy = 2, DisruptionsAllowed = 1 },
    };

    private static readonly HorizontalPodAutoscaler Autoscaler = new()
    {
        Metadata = Made.Named("web"),
        Spec = new() { MinReplicas = 1, MaxReplicas = 3 },
    };

    public static IEnumerable<Breach> All =>
    [
        new(
            "a pod is evicted behind its budget's back", ground => new BudgetLaw(ground.OfLaw), "was evicted, and its budget does not know",
            new(Budget, Made.Pod("a").Ready()), new(Made.Pod("a").Ready().Said(PodConditionType.DisruptionTarget, Evicted))),
        new(
            "an eviction leaves too few", ground => new BudgetLaw(ground.OfLaw), "an eviction leaves 1 healthy pods of budget default/budget, which needs 2",
            new(Budget, Made.Pod("a").Ready(), Made.Pod("b").Ready()),
            new(Budget with { Status = Budget.Status with { DisruptionsAllowed = 0, DisruptedPods = ValueMap.Of(("a", Breach.Long)) } })),
        Quota("a pod is made beyond a quota", ResourceName.Pods, 1, "2 pods of 1", Made.Pod("a"), Made.Pod("b")),
        Quota("a pod asks for more than a quota has", ResourceName.Requestscpu, 1, "1200m requests.cpu of 1", Made.Pod("a", millis: 600), Made.Pod("b", millis: 600)),
        Quota("a Job is made beyond a quota", "count/jobs.batch", 0, "1 count/jobs.batch of 0", new Job { Metadata = Made.Named("job") }),
        Quota("a claim is made beyond a quota", ResourceName.Persistentvolumeclaims, 0, "1 persistentvolumeclaims of 0", new PersistentVolumeClaim { Metadata = Made.Named("claim") }),
        new("a pod is made beyond the limits", ground => new QuotaLaw(ground.World), "was let in with", new(Limits(100)), new(Made.Pod("a", millis: 200))),
        new(
            "an autoscaler wants more than it may", Scaling, "wants 4, from 1 to 3",
            new(Autoscaler), new(Autoscaler with { Status = new() { DesiredReplicas = 4 } })),
        new(
            "an autoscaler asks for less than it may", Scaling, "wants 1, from 2 to 3",
            new(Autoscaler with { Spec = Autoscaler.Spec with { MinReplicas = 2 } }), new() { Before = ground => ground.Api.Asked!(ScaleTo(1)) }),
    ];

    private static AutoscalerLaw Scaling(Ground ground) => new(ground.World, ground.Api);

    private static ObjectWrite ScaleTo(int replicas)
    {
        var scale = new Scale { Metadata = Made.Named("web"), Spec = new() { Replicas = replicas } };
        return new ObjectWrite.Update(scale, "scale");
    }

    private static Breach Quota(string what, string resource, int hard, string words, params IReadOnlyList<KubernetesObject> made) => new(
        what,
        ground => new QuotaLaw(ground.World),
        words,
        [
            new Moment(new ResourceQuota { Metadata = Made.Named("quota"), Spec = new() { Hard = ValueMap.Of((resource, Quantity.FromUnits(hard))) } }),
            .. made.Select(one => new Moment(one)),
        ]);

    private static LimitRange Limits(int most) => new()
    {
        Metadata = Made.Named("limits"),
        Spec = new() { Limits = [new() { Type = "Container", Max = ValueMap.Of((ResourceName.Cpu, Quantity.FromMillis(most))) }] },
    };
}
