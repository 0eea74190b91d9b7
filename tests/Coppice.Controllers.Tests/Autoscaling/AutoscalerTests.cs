using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Metrics;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Autoscaling.V2;
using Coppice.Objects.Core;
using Coppice.Objects.Metrics;

namespace Coppice.Controllers.Tests.Autoscaling;

/// <summary>Autoscalers over the real verbs: what their targets' pods use becomes a number of pods.</summary>
public sealed class AutoscalerTests : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    private readonly ControlPlane _world = new();
    private readonly Meter _meter = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_deployment_grows_with_what_its_pods_use_and_shrinks_after_five_minutes()
    {
        Start(replicas: 1, millisUsed: 400);
        Assert.Equal(4, Replicas());
        Assert.Contains("SuccessfulRescale New size: 4; reason: cpu resource utilization (percentage of request) above target", _world.Events);
        Assert.Equal((1, 4), (Autoscaler().Status.CurrentReplicas, Autoscaler().Status.DesiredReplicas));

        RunPods();
        _meter.Millis = 100;
        _world.Advance(Period);
        Assert.Equal((4, 4, 100), (Autoscaler().Status.CurrentReplicas, Autoscaler().Status.DesiredReplicas, Autoscaler().Status.CurrentMetrics[0].Resource!.Current.AverageUtilization));

        _meter.Millis = 25;
        _world.Advance(Period);
        Assert.Equal(4, Replicas());
        Assert.Contains(Autoscaler().Status.Conditions, one => one is { Type: "AbleToScale", Reason: "ScaleDownStabilized" });
        for (var passed = TimeSpan.Zero; passed <= TimeSpan.FromMinutes(6); passed += Period)
        {
            _world.Advance(Period);
        }

        Assert.Equal(1, Replicas());
        Assert.Contains("SuccessfulRescale New size: 1; reason: All metrics below target", _world.Events);
    }

    [Fact]
    public void A_status_that_stays_the_same_is_not_written_again()
    {
        Start(replicas: 2, millisUsed: 100);
        _world.Advance(Period);
        var writes = _world.Api.Writes;
        _world.Advance(Period);

        Assert.Equal(writes, _world.Api.Writes);
    }

    [Theory]
    [InlineData("Deployment", "apps/v1", "deployments.apps \"none\" not found")]
    [InlineData("Nothing", "apps/v1", "no matches for kind \"Nothing\" in group \"apps\"")]
    [InlineData("ControllerRevision", "apps/v1", "the server could not find the requested resource")]
    public void A_target_that_cannot_be_scaled_is_told_of(string kind, string version, string why)
    {
        _world.Create(Item(new() { Kind = kind, Name = "none", ApiVersion = version }));

        var condition = Autoscaler().Status.Conditions.Single();
        Assert.Equal(
            ("AbleToScale", "False", "FailedGetScale", $"the HPA controller was unable to get the target's current scale: {why}"),
            (condition.Type, condition.Status, condition.Reason, condition.Message));
        Assert.Contains($"FailedGetScale {why}", _world.Events);
    }

    [Fact]
    public void Without_a_metrics_api_it_says_so()
    {
        _world.Create(Samples.Deployment(1));
        _world.RunPods();
        _world.Create(Item(Target));

        Assert.Contains(
            "FailedGetResourceMetric failed to get cpu utilization: unable to get metrics for resource cpu: "
            + "unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)",
            _world.Events);
    }

    [Theory]

    // By what each pod has, by an object's figure as a whole or by a share of it for each pod, by figures from outside.
    [InlineData("Pods", "AverageValue", 4, "pods metric q", "custom.metrics.k8s.io/v1beta2/namespaces/default/pods/*/q?labelSelector=app%3Dweb&metricLabelSelector=verb%3DGET")]
    [InlineData("Object", "Value", 4, "Ingress metric q", "custom.metrics.k8s.io/v1beta2/namespaces/default/ingresses.networking.k8s.io/main/q?metricLabelSelector=verb%3DGET")]
    [InlineData("Object", "AverageValue", 3, "external metric q(SELECTOR)", "custom.metrics.k8s.io/v1beta2/namespaces/default/ingresses.networking.k8s.io/main/q?metricLabelSelector=verb%3DGET")]
    [InlineData("External", "Value", 4, "external metric q(SELECTOR)", "external.metrics.k8s.io/v1beta1/namespaces/default/q?labelSelector=verb%3DGET")]
    [InlineData("External", "AverageValue", 3, "external metric q(SELECTOR)", "external.metrics.k8s.io/v1beta1/namespaces/default/q?labelSelector=verb%3DGET")]
    public void Figures_of_others_are_gone_by_where_somebody_serves_them(string source, string type, int expected, string name, string path)
    {
        Start(replicas: 2, millisUsed: 100);
        string Value(string about) => $$"""{"describedObject": {"name": "{{about}}"}, "timestamp": "2026-03-01T12:00:00Z", "value": "{{(expected == 3 ? 90 : 60)}}"}""";
        _world.Others = asked => asked != $"/apis/{path}" ? null
            : $$"""{"items": [{{string.Join(',', source == "Pods" ? _world.Api.All<Pod>().Select(pod => Value(pod.Metadata.Name!)) : [Value("main")])}}]}""";
        _world.Change<HorizontalPodAutoscaler>("web", item => item with { Spec = item.Spec with { MaxReplicas = 10, Metrics = [Other(source, type)] } });

        Assert.Equal(expected, Replicas());
        var selector = "&LabelSelector{MatchLabels:map[string]string{verb: GET,},MatchExpressions:[]LabelSelectorRequirement{},}";
        Assert.Contains($"SuccessfulRescale New size: {expected}; reason: {name.Replace("SELECTOR", selector, StringComparison.Ordinal)} above target", _world.Events);
        var status = Autoscaler().Status.CurrentMetrics[0];
        var current = status.Pods?.Current ?? status.Object?.Current ?? status.External!.Current;
        Assert.Equal((source, expected == 3 ? "45" : "60"), (status.Type, (current.Value ?? current.AverageValue)!.Value.ToString()));
    }

    [Theory]
    [InlineData("Pods", "FailedGetPodsMetric", "unable to get metric q: unable to fetch metrics from custom metrics API: it is away")]
    [InlineData("External", "FailedGetExternalMetric", "unable to get external metric default/q/&LabelSelector{MatchLabels:map[string]string{verb: GET,},MatchExpressions:[]LabelSelectorRequirement{},}: unable to fetch metrics from external metrics API: it is away")]
    public void That_others_do_not_answer_is_told(string source, string reason, string message)
    {
        Start(replicas: 2, millisUsed: 100);
        _world.Others = _ => null;
        _world.Change<HorizontalPodAutoscaler>("web", item => item with { Spec = item.Spec with { Metrics = [Other(source, "AverageValue")] } });

        Assert.Equal(2, Replicas());
        Assert.Contains(Autoscaler().Status.Conditions, one => one.Type == "ScalingActive" && one.Reason == reason && one.Message == $"the HPA was unable to compute the replica count: {message}");

        _world.Others = _ => """{"items": []}""";
        _world.Advance(Period);
        Assert.Contains(_world.Events, one => one.StartsWith(reason, StringComparison.Ordinal) && one.EndsWith($"no metrics returned from {(source == "Pods" ? "custom" : "external")} metrics API", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_for_the_same_pods_do_nothing()
    {
        Start(replicas: 1, millisUsed: 100);
        _world.Create(Item(Target) with { Metadata = new() { Name = "other", Namespace = "default" } });
        _meter.Millis = 400;
        _world.Advance(Period);

        Assert.Equal(1, Replicas());
        Assert.Contains(
            "AmbiguousSelector pods by selector app=web are controlled by multiple HPAs: [default/other default/web]", _world.Events);
    }

    private static CrossVersionObjectReference Target => new() { Kind = "Deployment", Name = "web", ApiVersion = "apps/v1" };

    private static HorizontalPodAutoscaler Item(CrossVersionObjectReference target) => new()
    {
        Metadata = new() { Name = "web", Namespace = "default" },
        Spec = new() { ScaleTargetRef = target, MaxReplicas = 5, Metrics = [new MetricSpec { Type = "Resource", Resource = new() { Name = "cpu", Target = new() { Type = "Utilization", AverageUtilization = 100 } } }] },
    };

    private static MetricSpec Other(string source, string type)
    {
        var metric = new MetricIdentifier { Name = "q", Selector = new() { MatchLabels = ValueMap.Of(("verb", "GET")) } };
        var target = new MetricTarget { Type = type, Value = type == "Value" ? Quantity.Parse("30") : null, AverageValue = type == "Value" ? null : Quantity.Parse("30") };
        return source switch
        {
            "Pods" => new() { Type = source, Pods = new() { Metric = metric, Target = target } },
            "Object" => new()
            {
                Type = source,
                Object = new() { Metric = metric, Target = target, DescribedObject = new() { ApiVersion = "networking.k8s.io/v1", Kind = "Ingress", Name = "main" } },
            },
            _ => new() { Type = source, External = new() { Metric = metric, Target = target } },
        };
    }

    private void Start(int replicas, int millisUsed)
    {
        _meter.World = _world;
        _meter.Millis = millisUsed;
        _world.Api.Door.Verbs.Kinds.Add(PodMetricsKind.From(_meter));
        var deployment = Samples.Deployment(replicas);
        var container = deployment.Spec.Template.Spec.Containers[0] with { Resources = new() { Requests = ValueMap.Of(("cpu", Quantity.Parse("100m"))) } };
        _world.Create(deployment with
        {
            Spec = deployment.Spec with { Template = deployment.Spec.Template with { Spec = deployment.Spec.Template.Spec with { Containers = [container] } } },
        });
        RunPods();
        _world.Create(Item(Target));
    }

    /// <summary>They have been running for an hour.</summary>
    private void RunPods()
    {
        _world.RunPods();
        foreach (var pod in _world.Api.All<Pod>())
        {
            _world.Api.SetPod(pod.Metadata.Name!, item => item with { Status = item.Status with { StartTime = _world.Time.GetUtcNow().AddHours(-1) } });
        }

        _world.Settle();
    }

    private int? Replicas() => _world.Api.Get<Deployment>("web").Spec.Replicas;

    private HorizontalPodAutoscaler Autoscaler() => _world.Api.Get<HorizontalPodAutoscaler>("web");

    /// <summary>Every pod uses as much as every other.</summary>
    private sealed class Meter : IObjectSource
    {
        public ControlPlane? World { get; set; }

        public int Millis { get; set; }

        public ValueTask<KubernetesObject?> FindAsync(ObjectKey key, CancellationToken stop) => new((KubernetesObject?)null);

        public ValueTask<IReadOnlyList<KubernetesObject>> ListAsync(string space, CancellationToken stop) => new(
        [
            .. World!.Api.All<Pod>().Select(pod => new PodMetrics
            {
                Metadata = new() { Name = pod.Metadata.Name, Namespace = pod.Metadata.Namespace, Labels = pod.Metadata.Labels },
                Timestamp = World.Time.GetUtcNow().AddMinutes(1),
                Window = "15s",
                Containers = [new ContainerMetrics { Name = "web", Usage = ValueMap.Of(("cpu", Quantity.FromMillis(Millis))) }],
            }),
        ]);
    }
}
