using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Coppice.Simulation.Checks.Laws;

namespace Coppice.Simulation.Checks.Breaches;

/// <summary>Of who is where, who goes for whom, and what comes by the clock.</summary>
internal static class PlacementBreaches
{
    private const string Preempted = "PreemptionByScheduler";
    private const string Evicted = "DeletionByTaintManager";

    private static readonly DaemonSet Set = new()
    {
        Metadata = Made.Named("set"),
        Spec = new() { UpdateStrategy = new() { Type = DaemonSetUpdateStrategyType.RollingUpdate, RollingUpdate = new() { MaxSurge = 0 } } },
    };

    private static readonly DaemonSet Surging = Set with
    {
        Spec = new() { UpdateStrategy = new() { Type = DaemonSetUpdateStrategyType.RollingUpdate, RollingUpdate = new() { MaxSurge = 1 } } },
    };

    private static readonly CronJob Cron = new() { Metadata = Made.Named("cron"), Spec = new() { ConcurrencyPolicy = ConcurrencyPolicy.Forbid } };

    public static IEnumerable<Breach> All =>
    [
        new("a node has two pods of a DaemonSet", Daemons, "node-1 has a and b of daemon set set", new(Set), new(Daemon("a", "1")), new(Daemon("b", "2"))),
        new("a node has two pods of one form of a DaemonSet that surges", Daemons, "node-1 has a and b of daemon set set", new(Surging), new(Daemon("a", "1")), new(Daemon("b", "1"))),
        new("a node has three pods of a DaemonSet that surges", Daemons, "of daemon set set", new(Surging), new(Daemon("a", "1")), new(Daemon("b", "2")), new(Daemon("c", "3"))),
        new("a pod goes for nobody", Preemption, "nobody waits who is more important", new(Low("a"), Low("waiting", null)), new(Preemptive(Low("a")))),
        new("a pod goes where there is room", Preemption, "node-1 has room: 1000 and 1000 of 4000", new(Low("a"), High(1000)), new(Preemptive(Low("a")))),
        new(
            "a pod goes that could stay", Preemption, "b could stay on node-1: 3500 of 4000",
            new(Low("a", millis: 3500), Low("b", millis: 500)), new(High(3500)), new(Preemptive(Low("a", millis: 3500)), Preemptive(Low("b", millis: 500)))),
        new("a time gets two Jobs", Crons, "makes cron-1 a second time", new(Cron), new(Run("cron-1").Over(JobConditionType.Complete)), Moment.End(Run("cron-1")), new(Run("cron-1"))),
        new("a Job runs beside another", Crons, "makes cron-2 beside cron-1", new(Cron), new(Run("cron-1")), new(Run("cron-2"))),
        new(
            "pods are evicted while nothing is heard of anybody", Silence, "no other machine was heard of",
            new(Made.Pod("a", node: "node-1")),
            new() { Before = ground => ground.Heard.Clear() },
            new(Made.Pod("a", node: "node-1").Said(PodConditionType.DisruptionTarget, Evicted)) { Before = ground => ground.Time.Advance(TimeSpan.FromMinutes(3)) }),
        new(
            "the pods of the only machine are evicted", Silence, "no other machine was heard of",
            new(Made.Pod("a", node: "node-1")) { Before = ground => ground.Heard.Remove("node-2") },
            new(Made.Pod("a", node: "node-1").Said(PodConditionType.DisruptionTarget, Evicted))),
    ];

    private static DaemonSetLaw Daemons(Ground ground) => new(ground.OfLaw);

    private static PreemptionLaw Preemption(Ground ground) => new(ground.OfLaw);

    private static CronJobLaw Crons(Ground ground) => new(ground.World);

    private static SilenceLaw Silence(Ground ground) => new(() => ground.Heard, ground.Time);

    private static Pod Daemon(string name, string hash)
    {
        var pod = Made.Pod(name, node: "node-1");
        return pod with { Metadata = pod.Metadata.Of(nameof(DaemonSet), "set") with { Labels = ValueMap.Of(("controller-revision-hash", hash)) } };
    }

    private static Pod Low(string name, string? node = "node-1", int millis = 1000) => Made.Pod(name, node: node, millis: millis);

    private static Pod High(int millis)
    {
        var pod = Made.Pod("high", PodPhase.Pending, millis: millis);
        return pod with { Spec = pod.Spec with { Priority = 1000 }, Status = pod.Status with { NominatedNodeName = "node-1" } };
    }

    private static Pod Preemptive(Pod pod) => pod.Said(PodConditionType.DisruptionTarget, Preempted);

    private static Job Run(string name) => new() { Metadata = Made.Named(name).Of(nameof(CronJob), "cron") };
}
