using Coppice.Client;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
using Microsoft.Extensions.Logging.Abstractions;

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

    [Theory]
    [InlineData("In", "app", new[] { "web" }, 4)]
    [InlineData("In", "app", new[] { "web", "other" }, 4)]
    [InlineData("In", "app", new[] { "other" }, 0)]
    [InlineData("NotIn", "app", new[] { "other" }, 4)]
    [InlineData("Exists", "app", new string[0], 4)]
    [InlineData("DoesNotExist", "app", new string[0], 0)]
    [InlineData(null, null, null, 4)]
    public void Whatever_a_selector_asks_its_pods_are_found_and_find_it(string? how, string? key, string[]? values, int expected)
    {
        _plane.Create(Samples.ReplicaSet(4));
        var budget = Budget("1", null);
        _plane.Create(budget with
        {
            Spec = budget.Spec with { Selector = how is null ? new() : new() { MatchExpressions = [new() { Key = key!, Operator = how, Values = [.. values!] }] } },
        });
        Assert.Equal((expected, 0), (Status.ExpectedPods, Status.CurrentHealthy));

        // Their readiness wakes it.
        _plane.RunPods();
        Assert.Equal((expected, expected), (Status.ExpectedPods, Status.CurrentHealthy));
    }

    [Fact]
    public void A_pod_that_is_labelled_anew_leaves_one_budget_for_another()
    {
        RunFour();
        _plane.Create(Budget("1", null));
        _plane.Create(Budget("1", null) with
        {
            Metadata = new() { Name = "other", Namespace = "default" }, Spec = new() { Selector = new() { MatchLabels = ValueMap.Of(("app", "other")) }, MinAvailable = 1 },
        });
        Assert.Equal((4, 0), (Status.ExpectedPods, Other().ExpectedPods));

        _plane.Change<Pod>(_plane.Api.All<Pod>()[0].Metadata.Name!, pod => pod with { Metadata = pod.Metadata with { Labels = ValueMap.Of(("app", "other")) } });
        _plane.RunPods();
        Assert.Equal((4, 1), (Status.ExpectedPods, Other().ExpectedPods));

        _plane.Change<PodDisruptionBudget>("other", item => item with { Spec = item.Spec with { Selector = new() { MatchLabels = ValueMap.Of(("app", "none")) } } });
        Assert.Equal(0, Other().ExpectedPods);

        PodDisruptionBudgetStatus Other() => _plane.Api.Get<PodDisruptionBudget>("other").Status;
    }

    [Fact]
    public void That_nobody_keeps_some_of_the_pods_is_told_where_it_makes_a_difference()
    {
        _plane.Create(Samples.Pod("lone"));
        _plane.Create(Budget("1", null));
        Assert.DoesNotContain(_plane.Events, one => one.StartsWith("UnmanagedPods", StringComparison.Ordinal));

        _plane.Create(Budget(null, "1") with { Metadata = new() { Name = "other", Namespace = "default" } });
        Assert.Contains(
            "UnmanagedPods Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}) "
            + "were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. "
            + "To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer value.",
            _plane.Events);
    }

    [Fact]
    public void Whoever_has_a_scale_says_how_many_there_are_to_be()
    {
        var fleet = ServeFleets();
        RunKept("example.com/v1", "Fleet", fleet.Metadata.Uid!);
        _plane.Create(Budget(null, "25%"));
        Assert.Equal((4, 2, 3, 0), (Status.ExpectedPods, Status.CurrentHealthy, Status.DesiredHealthy, Status.DisruptionsAllowed));
    }

    [Theory]
    [InlineData("batch/v1", "Job", "jobs.batch does not implement the scale subresource")]
    [InlineData("example.com/v1", "Nothing", "no matches for kind \"Nothing\" in group \"example.com\"")]
    [InlineData("apps/v1", "ReplicaSet", "found no controllers for pod \"kept-0\"")]
    public void A_keeper_without_a_scale_is_named(string apiVersion, string kind, string problem)
    {
        RunKept(apiVersion, kind, "uid-of-nobody");
        _plane.Create(Budget(null, "1"));

        var condition = Assert.Single(Status.Conditions);
        Assert.Equal(("SyncFailed", problem, 0), (condition.Reason, condition.Message, Status.DisruptionsAllowed));
        Assert.Contains($"CalculateExpectedPodCountFailed Failed to calculate the number of expected pods: {problem}", _plane.Events);
    }

    [Fact]
    public void That_a_pod_is_about_to_go_is_taken_back_when_it_has_not_gone_for_two_minutes()
    {
        var pod = _plane.Create(Samples.Pod("stays"));
        _plane.Api.SetPod("stays", one => one with
        {
            Status = one.Status with
            {
                Conditions = one.Status.Conditions.Add(new()
                {
                    Type = "DisruptionTarget", Status = "True", Reason = "PreemptionByScheduler", Message = "why", LastTransitionTime = _plane.Time.GetUtcNow(),
                }),
            },
        });
        _plane.Settle();
        _plane.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal("True", Target().Status);

        _plane.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("False", null, null), (Target().Status, Target().Reason, Target().Message));

        PodCondition Target() => _plane.Api.Get<Pod>(pod.Metadata.Name!).Status.Conditions.Single(one => one.Type == "DisruptionTarget");
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

    /// <summary>Two pods that run, of a controller that may not be there.</summary>
    private void RunKept(string apiVersion, string kind, string uid)
    {
        for (var i = 0; i < 2; i++)
        {
            var pod = Samples.Pod($"kept-{i}");
            var owner = new Objects.Meta.OwnerReference { ApiVersion = apiVersion, Kind = kind, Name = "keeper", Uid = uid, Controller = true };
            _plane.Create(pod with { Metadata = pod.Metadata with { OwnerReferences = [owner] } });
        }
    }

    /// <summary>Makes a kind whose objects say how many there are to be, and one that says four.</summary>
    private KubernetesObject ServeFleets()
    {
        _ = _plane.Api.Door.Verbs.Definitions.RunAsync(NullLogger.Instance, default);
        _plane.Create(new CustomResourceDefinition
        {
            Metadata = new() { Name = "fleets.example.com" },
            Spec = new()
            {
                Group = "example.com",
                Names = new() { Plural = "fleets", Singular = "fleet", Kind = "Fleet", ListKind = "FleetList" },
                Scope = "Namespaced",
                Versions =
                [
                    new()
                    {
                        Name = "v1",
                        Served = true,
                        Storage = true,
                        Schema = new() { OpenAPIV3Schema = new() { Type = "object", XPreserveUnknownFields = true } },
                        Subresources = new() { Scale = new() { SpecReplicasPath = ".spec.replicas", StatusReplicasPath = ".status.replicas" } },
                    },
                ],
            },
        });
        var kind = _plane.Api.Door.Verbs.Kinds.Current.Find("example.com", "v1", "fleets")!.Kind;
        var wanted = new CustomObject
        {
            Metadata = new() { Name = "keeper", Namespace = "default" },
            Fields = ValueMap.Of(("spec", System.Text.Json.JsonSerializer.SerializeToElement(new { replicas = 4 }))),
        };
        return _plane.Api.Door.WriteAsync(kind, new ObjectWrite.Create(wanted), default).AsTask().GetAwaiter().GetResult();
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
