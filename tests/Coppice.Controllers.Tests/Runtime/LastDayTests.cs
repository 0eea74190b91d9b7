using Coppice.Controllers.Deployments;
using Coppice.Controllers.NodeLifecycle;
using Coppice.Controllers.Runtime;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.Runtime;

/// <summary>Dates that are the last there are, and spans that lead beyond them, are anybody's to write; nobody stumbles over them.</summary>
public sealed class LastDayTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset LastDay = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    [Theory]
    [InlineData(10)]
    [InlineData(long.MaxValue)]
    public void A_taint_of_the_last_day_drives_nobody_away(long seconds)
    {
        var pod = Samples.Pod("a");
        pod = pod with { Spec = pod.Spec with { Tolerations = [new() { Operator = "Exists", TolerationSeconds = seconds }] } };
        Taint[] taints = [new() { Key = "k", Effect = "NoExecute", TimeAdded = LastDay }];
        Assert.Equal(DateTimeOffset.MaxValue, TaintEviction.Deadline(pod, taints, Now));
        Assert.True(TaintEviction.Deadline(pod, [taints[0] with { TimeAdded = Now }], Now) > Now);
        Assert.True(TaintEviction.Deadline(pod, [taints[0] with { TimeAdded = null }], Now) > Now);
    }

    [Fact]
    public void A_pod_that_will_be_ready_on_the_last_day_is_not_available_yet()
    {
        var pod = Samples.Pod("a");
        pod = pod with
        {
            Status = pod.Status with { Conditions = [new() { Type = PodConditionType.Ready, Status = ConditionStatus.True, LastTransitionTime = LastDay }] },
        };
        Assert.Equal(DateTimeOffset.MaxValue, PodState.AvailableFrom(pod, int.MaxValue));
        Assert.False(PodState.IsAvailable(pod, int.MaxValue, Now));
    }

    [Theory]
    [InlineData(600)]
    [InlineData(int.MaxValue - 1)]
    public void A_rollout_that_made_progress_on_the_last_day_has_time(int seconds)
    {
        var deployment = Samples.Deployment(2);
        deployment = deployment with { Spec = deployment.Spec with { ProgressDeadlineSeconds = seconds } };
        var progressing = new DeploymentCondition { Type = DeploymentConditionType.Progressing, Status = ConditionStatus.True, Reason = "NewReplicaSetCreated", LastUpdateTime = LastDay };
        Assert.Equal(DateTimeOffset.MaxValue, RolloutStatus.Deadline(deployment, new() { Conditions = [progressing] }));
        Assert.True(RolloutStatus.Deadline(deployment, new() { Conditions = [progressing with { LastUpdateTime = Now }] }) > Now);
    }

    [Fact]
    public void An_event_of_the_last_day_keeps_no_other_from_being_forgotten()
    {
        using var plane = new ControlPlane();
        plane.Create(new Event { Metadata = new() { Name = "last", Namespace = "default" }, LastTimestamp = LastDay });
        plane.Create(new Event { Metadata = new() { Name = "old", Namespace = "default" }, LastTimestamp = plane.Time.GetUtcNow() });
        plane.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal("last", Assert.Single(plane.Api.All<Event>()).Metadata.Name);
    }
}
