using System.Text;
using System.Text.Json;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Autoscaling.V2;
using Newer = Coppice.Objects.Autoscaling.V2.HorizontalPodAutoscaler;
using Older = Coppice.Objects.Autoscaling.HorizontalPodAutoscaler;

namespace Coppice.Objects;

/// <summary>
/// Turns autoscalers of autoscaling/v1 into those of autoscaling/v2 and back. What the older version has no field for stands in
/// annotations there, in the form that Kubernetes gave them; of an annotation that cannot be read, nothing comes.
/// </summary>
public sealed class HorizontalPodAutoscalerConversion : IConversion
{
    private const string OlderVersion = "autoscaling/v1";
    private const string NewerVersion = "autoscaling/v2";
    private const string KindName = "HorizontalPodAutoscaler";
    private const string Cpu = "cpu";

    private const string MetricsNote = "autoscaling.alpha.kubernetes.io/metrics";
    private const string BehaviorNote = "autoscaling.alpha.kubernetes.io/behavior";
    private const string CurrentMetricsNote = "autoscaling.alpha.kubernetes.io/current-metrics";
    private const string ConditionsNote = "autoscaling.alpha.kubernetes.io/conditions";

    /// <summary>What an autoscaler goes by that names no figure.</summary>
    public static readonly MetricSpec DefaultMetric = OfCpu(80);

    public ValueTask<IReadOnlyList<KubernetesObject>> ConvertAsync(
        IReadOnlyList<KubernetesObject> items, string apiVersion, CancellationToken stop) =>
        new([.. items.Select(item => (item, apiVersion) switch
        {
            (Newer newer, OlderVersion) => ToOlder(newer),
            (Older older, NewerVersion) => ToNewer(older),
            _ => item,
        })]);

    public static Older ToOlder(Newer item)
    {
        var noted = item.Spec.Metrics.Where(metric => !IsCpuUtilization(metric)).Select(NotedMetrics.Note).ToValueList();
        var measured = item.Status.CurrentMetrics.Select(NotedMetrics.Note).ToValueList();
        var notes = WithoutNotes(item.Metadata.Annotations).With(
        [
            .. noted.IsEmpty ? [] : Note(MetricsNote, noted),
            .. item.Spec.Behavior is { } behavior ? Note(BehaviorNote, NotedMetrics.Note(behavior)) : [],
            .. measured.IsEmpty ? [] : Note(CurrentMetricsNote, measured),
            .. item.Status.Conditions.IsEmpty ? [] : Note(ConditionsNote, item.Status.Conditions),
        ]);
        return new Older
        {
            ApiVersion = OlderVersion,
            Kind = KindName,
            Metadata = item.Metadata with { Annotations = notes },
            Spec = new()
            {
                ScaleTargetRef = NotedMetrics.Older(item.Spec.ScaleTargetRef),
                MinReplicas = item.Spec.MinReplicas,
                MaxReplicas = item.Spec.MaxReplicas,
                TargetCPUUtilizationPercentage =
                    item.Spec.Metrics.FirstOrDefault(metric => metric is { Type: MetricSourceType.Resource, Resource.Name: Cpu })?.Resource!.Target.AverageUtilization,
            },
            Status = new()
            {
                ObservedGeneration = item.Status.ObservedGeneration,
                LastScaleTime = item.Status.LastScaleTime,
                CurrentReplicas = item.Status.CurrentReplicas,
                DesiredReplicas = item.Status.DesiredReplicas,
                CurrentCPUUtilizationPercentage = item.Status.CurrentMetrics
                    .LastOrDefault(one => one is { Type: MetricSourceType.Resource, Resource: { Name: Cpu, Current.AverageUtilization: not null } })?.Resource!.Current.AverageUtilization,
            },
        };
    }

    public static Newer ToNewer(Older item)
    {
        var notes = item.Metadata.Annotations;
        ValueList<MetricSpec> byCpu = item.Spec.TargetCPUUtilizationPercentage is { } percent ? [OfCpu(percent)] : [];
        ValueList<MetricSpec> metrics = [.. Read<ValueList<NotedMetric>>(notes, MetricsNote).Select(NotedMetrics.Metric), .. byCpu];
        var measured = Read<ValueList<NotedMetricStatus>>(notes, CurrentMetricsNote);
        return new Newer
        {
            ApiVersion = NewerVersion,
            Kind = KindName,
            Metadata = item.Metadata with { Annotations = WithoutNotes(notes) },
            Spec = new()
            {
                ScaleTargetRef = NotedMetrics.Newer(item.Spec.ScaleTargetRef),
                MinReplicas = item.Spec.MinReplicas,
                MaxReplicas = item.Spec.MaxReplicas,
                Metrics = metrics.IsEmpty ? [DefaultMetric] : metrics,
                Behavior = Read<NotedBehavior>(notes, BehaviorNote) is { } behavior && behavior != new NotedBehavior() ? NotedMetrics.Behavior(behavior) : null,
            },
            Status = new()
            {
                ObservedGeneration = item.Status.ObservedGeneration,
                LastScaleTime = item.Status.LastScaleTime,
                CurrentReplicas = item.Status.CurrentReplicas,
                DesiredReplicas = item.Status.DesiredReplicas,
                CurrentMetrics = measured.IsEmpty ? Measured(item.Status.CurrentCPUUtilizationPercentage) : measured.ConvertAll(NotedMetrics.Status),
                Conditions = Read<ValueList<HorizontalPodAutoscalerCondition>>(notes, ConditionsNote),
            },
        };
    }

    /// <summary>Annotations without what stands there in the older version; the newer one has no such annotations.</summary>
    public static ValueMap<string> WithoutNotes(ValueMap<string> annotations) =>
        annotations.Without(MetricsNote).Without(BehaviorNote).Without(CurrentMetricsNote).Without(ConditionsNote);

    private static bool IsCpuUtilization(MetricSpec metric) =>
        metric is { Type: MetricSourceType.Resource, Resource: { Name: Cpu, Target.AverageUtilization: not null } };

    private static MetricSpec OfCpu(int percent) => new()
    {
        Type = MetricSourceType.Resource,
        Resource = new() { Name = Cpu, Target = new() { Type = MetricTargetType.Utilization, AverageUtilization = percent } },
    };

    private static ValueList<MetricStatus> Measured(int? percent) => percent is null
        ? []
        : [new MetricStatus { Type = MetricSourceType.Resource, Resource = new() { Name = Cpu, Current = new() { AverageUtilization = percent } } }];

    private static IEnumerable<KeyValuePair<string, string>> Note<T>(string name, T value) => [new(name, Encoding.UTF8.GetString(ApiJson.Write(value)))];

    private static T? Read<T>(ValueMap<string> annotations, string name)
    {
        if (!annotations.TryGetValue(name, out var text))
        {
            return default;
        }

        try
        {
            return ApiJson.Read<T>(Encoding.UTF8.GetBytes(text));
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
