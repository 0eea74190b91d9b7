using Coppice.Controllers.StatefulSets;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.StatefulSets;

/// <summary>
/// What is done next, case by case. A pod is a number and how it is: r ready, p not ready, f failed, d on its way out; with a star it is
/// of the former template. A plan is what is made (+), of the former template with a star, and what is removed (-).
/// </summary>
public sealed class StatefulSetPlannerTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]

    // One after the other, each when the one before is available.
    [InlineData(3, "", "+0")]
    [InlineData(3, "0p", "")]
    [InlineData(3, "0r", "+1")]
    [InlineData(3, "0r 2r", "+1")]
    [InlineData(3, "1r 2r", "+0")]
    [InlineData(3, "0r 1d", "")]
    [InlineData(2, "0r 1r", "")]

    // What has ended is removed before it comes again.
    [InlineData(2, "0f 1r", "-0")]
    [InlineData(2, "0r 1f", "-1")]

    // Too many go from the last one down, each when the one after it is gone.
    [InlineData(1, "0r 1r 2r", "-2")]
    [InlineData(1, "0r 1r 2d", "")]
    [InlineData(0, "0r", "-0")]
    [InlineData(1, "0p 1r 2r", "")]
    [InlineData(1, "0r 1p 2r", "-2")]
    [InlineData(1, "0r 1r 2p", "-2")]
    [InlineData(1, "0r 1p 2p", "")]

    // Of an older template likewise, when all is well.
    [InlineData(3, "0r* 1r* 2r*", "-2")]
    [InlineData(3, "0r* 1r* 2r", "-1")]
    [InlineData(3, "0r* 1r* 2p", "")]
    [InlineData(3, "0r* 1r*", "+2")]
    [InlineData(2, "0r* 1r* 2r*", "-2")]
    public void In_order(int replicas, string pods, string expected) => AssertPlan(expected, Set(replicas), pods);

    [Theory]
    [InlineData(3, "", "+0 +1 +2")]
    [InlineData(3, "1p", "+0 +2")]
    [InlineData(3, "0f 1p 2d", "-0")]
    [InlineData(1, "0p 1r 2r", "-2 -1")]
    [InlineData(3, "0r* 1r* 2r*", "-2")]
    [InlineData(3, "0r* 1p 2r*", "")]
    [InlineData(3, "0r* 1p* 2r*", "-1")]
    public void In_parallel(int replicas, string pods, string expected) =>
        AssertPlan(expected, Set(replicas, spec => spec with { PodManagementPolicy = "Parallel" }), pods);

    [Theory]
    [InlineData(2, null, "0r* 1r* 2r* 3r*", "-3")]
    [InlineData(2, null, "0r* 1r* 2r 3r", "")]
    [InlineData(2, null, "1r* 2r* 3r*", "+0*")]
    [InlineData(2, null, "0r* 1r* 3r*", "+2")]
    [InlineData(9, null, "0r* 1r* 2r* 3r*", "")]
    [InlineData(0, 2, "0r* 1r* 2r* 3r*", "-3 -2")]
    [InlineData(0, 2, "0r* 1r* 2r 3r", "-1 -0")]
    [InlineData(3, 2, "0r* 1r* 2r* 3r*", "-3")]
    public void By_a_partition_and_several_at_once(int partition, int? unavailable, string pods, string expected) => AssertPlan(
        expected,
        Set(4, spec => spec with { UpdateStrategy = new() { Type = "RollingUpdate", RollingUpdate = new() { Partition = partition, MaxUnavailable = unavailable } } }),
        pods);

    [Theory]
    [InlineData("0r* 1r*", "")]
    [InlineData("0r*", "+1")]
    public void Where_somebody_else_deletes(string pods, string expected) =>
        AssertPlan(expected, Set(2, spec => spec with { UpdateStrategy = new() { Type = "OnDelete" } }), pods);

    [Theory]
    [InlineData("", "+5")]
    [InlineData("5r", "+6")]
    [InlineData("4r 5r 6r", "-4")]
    public void From_another_number_on(string pods, string expected) =>
        AssertPlan(expected, Set(2, spec => spec with { Ordinals = new() { Start = 5 } }), pods);

    [Fact]
    public void A_set_that_goes_leaves_its_pods_to_the_collector() =>
        AssertPlan("", Set(3) with { Metadata = new() { Name = "db", DeletionTimestamp = Now } }, "0f");

    [Fact]
    public void A_pod_waits_for_its_old_claims_to_be_gone() =>
        Assert.Empty(StatefulSetPlanner.Plan(World(Set(1), "") with { LacksClaims = _ => true }, Now).Create);

    [Fact]
    public void The_next_pod_comes_when_the_one_before_has_been_ready_for_long_enough()
    {
        var set = Set(2, spec => spec with { MinReadySeconds = 90 });
        var plan = StatefulSetPlanner.Plan(World(set, "0r"), Now);

        Assert.Empty(plan.Create);
        Assert.Equal(Now.AddSeconds(30), plan.NextLookAt);
        Assert.Equal((1, 0), (plan.Status.ReadyReplicas, plan.Status.AvailableReplicas));
        Assert.Equal(1, Assert.Single(StatefulSetPlanner.Plan(World(set, "0r"), Now.AddSeconds(30)).Create).Ordinal);
    }

    [Fact]
    public void An_update_is_over_when_it_has_reached_every_pod()
    {
        var during = StatefulSetPlanner.Plan(World(Set(2), "0r* 1r"), Now).Status;
        var after = StatefulSetPlanner.Plan(World(Set(2), "0r 1r"), Now).Status;

        // The pod of the former template is deleted by this very plan.
        Assert.Equal(("db-old", "db-new", 0, 1), (during.CurrentRevision, during.UpdateRevision, during.CurrentReplicas, during.UpdatedReplicas));
        Assert.Equal(("db-new", "db-new", 2, 2), (after.CurrentRevision, after.UpdateRevision, after.CurrentReplicas, after.UpdatedReplicas));
    }

    private static StatefulSet Set(int replicas, Func<StatefulSetSpec, StatefulSetSpec>? with = null)
    {
        var spec = new StatefulSetSpec { Replicas = replicas, UpdateStrategy = new() { Type = "RollingUpdate", RollingUpdate = new() { Partition = 0 } } };
        return new() { Metadata = new() { Name = "db", Namespace = "default" }, Spec = with?.Invoke(spec) ?? spec };
    }

    private static StatefulSetWorld World(StatefulSet set, string pods) => new(
        set,
        [.. pods.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(PodOf)],
        "db-old",
        "db-new",
        pod => pod.Metadata.DeletionTimestamp is not null,
        _ => false);

    private static Pod PodOf(string text)
    {
        var state = text.TrimEnd('*')[^1];
        return new()
        {
            Metadata = new()
            {
                Name = $"db-{text.TrimEnd('*')[..^1]}",
                Labels = ValueMap.Of((StatefulIdentity.RevisionLabel, text.EndsWith('*') ? "db-old" : "db-new")),
                DeletionTimestamp = state == 'd' ? Now : null,
            },
            Status = new()
            {
                Phase = state == 'f' ? PodPhase.Failed : PodPhase.Running,
                Conditions = [new() { Type = "Ready", Status = state == 'r' ? "True" : "False", LastTransitionTime = Now.AddSeconds(-60) }],
            },
        };
    }

    private static void AssertPlan(string expected, StatefulSet set, string pods)
    {
        var plan = StatefulSetPlanner.Plan(World(set, pods), Now);
        var done = plan.Create.Select(one => $"+{one.Ordinal}{(one.Revision == "db-old" ? "*" : "")}")
            .Concat(plan.Delete.Select(pod => $"-{pod.Metadata.Name!["db-".Length..]}"));
        Assert.Equal(expected, string.Join(" ", done));
    }
}
