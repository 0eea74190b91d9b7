using Coppice.Client;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;

namespace Coppice.Controllers.Tests.Disruption;

public sealed class BudgetTests : IDisposable
{
    private readonly ControlPlane _plane = new();

    public void Dispose() => _plane.Dispose();

    [Theory]
    [InlineData("2", null, 4, 2, 2)]
    [InlineData("50%", null, 4, 2, 2)]
    [InlineData("51%", null, 4, 3, 1)]
    [InlineData(null, "1", 4, 3, 1)]
    [InlineData(null, "30%", 4, 2, 2)]
    [InlineData("9", null, 4, 9, 0)]
    [InlineData(null, "0", 4, 4, 0)]
    public void What_may_go_follows_from_what_must_stay(string? least, string? most, int expected, int desired, int allowed)
    {
        RunFour();
        _plane.Create(Budget(least, most));

        Assert.Equal((expected, 4, desired, allowed), (Status.ExpectedPods, Status.CurrentHealthy, Status.DesiredHealthy, Status.DisruptionsAllowed));
        var condition = Assert.Single(Status.Conditions);
        Assert.Equal(("DisruptionAllowed", allowed > 0 ? "True" : "False", allowed > 0 ? "SufficientPods" : "InsufficientPods"), (condition.Type, condition.Status, condition.Reason));
    }

    [Fact]
    public void An_eviction_takes_from_the_budget_and_is_refused_when_nothing_is_left()
    {
        RunFour();
        _plane.Create(Budget(null, "1"));
        var pods = _plane.Api.All<Pod>();

        Evict(pods[0]);
        var going = _plane.Api.Get<Pod>(pods[0].Metadata.Name!);
        Assert.NotNull(going.Metadata.DeletionTimestamp);
        Assert.Contains(going.Status.Conditions, one => one is { Type: "DisruptionTarget", Status: "True", Reason: "EvictionByEvictionAPI", Message: "Eviction API: evicting" });

        var refusal = Assert.ThrowsAny<ApiException>(() => Evict(pods[1]));
        Assert.Equal((429, "Cannot evict pod as it would violate the pod's disruption budget."), (refusal.Status.Code, refusal.Status.Message));
        var cause = Assert.Single(refusal.Status.Details!.Causes);
        Assert.Equal(("DisruptionBudget", "The disruption budget calm needs 3 healthy pods and has 3 currently"), (cause.Reason, cause.Message));

        // When the one in its place is ready, the next may go.
        _plane.RunPods();
        Evict(pods[1]);
    }

    [Fact]
    public void Evictions_at_the_same_time_never_take_more_than_there_is()
    {
        RunFour();
        _plane.Create(Budget("2", null));

        // Nothing settles in between: the controller has not counted yet.
        var refused = _plane.Api.All<Pod>().Count(pod =>
        {
            try
            {
                EvictAtOnce(pod);
                return false;
            }
            catch (ApiException e) when (e.Status.Code == 429)
            {
                return true;
            }
        });

        Assert.Equal(2, refused);
    }

    [Theory]
    [InlineData(null, "3", 429)]
    [InlineData(null, "2", 0)]
    [InlineData("AlwaysAllow", "3", 0)]
    [InlineData("IfHealthyBudget", "3", 429)]
    public void A_pod_that_is_not_ready_goes_if_enough_others_are_or_it_always_may(string? policy, string least, int code)
    {
        RunFour(unwell: 2);
        _plane.Create(Budget(least, null) with { Spec = Budget(least, null).Spec with { UnhealthyPodEvictionPolicy = policy } });
        var unwell = _plane.Api.All<Pod>().First(pod => pod.Status.Conditions.Any(one => one is { Type: "Ready", Status: "False" }));

        if (code == 0)
        {
            Evict(unwell);
        }
        else
        {
            Assert.Equal(code, Assert.ThrowsAny<ApiException>(() => Evict(unwell)).Status.Code);
        }
    }

    [Fact]
    public void Of_pods_that_nobody_keeps_only_a_number_can_be_asked_for()
    {
        _plane.Create(new Pod { Metadata = new() { Name = "lone", Namespace = "default", Labels = Samples.Web }, Spec = Samples.Template().Spec });
        _plane.RunPods();
        _plane.Create(Budget("1", null));

        Assert.Equal((1, 1, 0), (Status.ExpectedPods, Status.CurrentHealthy, Status.DisruptionsAllowed));
    }

    [Fact]
    public void Two_budgets_for_a_pod_are_one_too_many()
    {
        RunFour();
        _plane.Create(Budget("1", null));
        _plane.Create(Budget("1", null) with { Metadata = new() { Name = "other", Namespace = "default" } });

        var refusal = Assert.ThrowsAny<ApiException>(() => Evict(_plane.Api.All<Pod>()[0]));

        Assert.Equal((500, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."), (refusal.Status.Code, refusal.Status.Message));
    }

    private PodDisruptionBudgetStatus Status => _plane.Api.Get<PodDisruptionBudget>("calm").Status;

    private void RunFour(int unwell = 0)
    {
        _plane.Create(Samples.ReplicaSet(4));
        var left = unwell;
        _plane.RunPods(isReady: _ => left-- <= 0);
    }

    private void Evict(Pod pod)
    {
        EvictAtOnce(pod);
        _plane.Settle();
    }

    private void EvictAtOnce(Pod pod) => _plane.Api.Door.WriteAsync(
        BuiltInKinds.Of<Pod>(),
        new ObjectWrite.Create(ObjectKey.Of(pod), new Eviction { Metadata = new() { Name = pod.Metadata.Name, Namespace = "default" } }, "eviction"),
        default).AsTask().GetAwaiter().GetResult();

    private static PodDisruptionBudget Budget(string? least, string? most) => new()
    {
        Metadata = new() { Name = "calm", Namespace = "default" },
        Spec = new() { Selector = new() { MatchLabels = Samples.Web }, MinAvailable = Amount(least), MaxUnavailable = Amount(most) },
    };

    private static IntOrString? Amount(string? text) => text is null ? null : int.TryParse(text, out var number) ? number : text;
}
