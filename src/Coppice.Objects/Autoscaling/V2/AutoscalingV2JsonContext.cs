using System.Text.Json.Serialization;

namespace Coppice.Objects.Autoscaling.V2;

/// <summary>How the types of this version are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(ContainerResourceMetricSource))]
[JsonSerializable(typeof(ContainerResourceMetricStatus))]
[JsonSerializable(typeof(CrossVersionObjectReference))]
[JsonSerializable(typeof(ExternalMetricSource))]
[JsonSerializable(typeof(ExternalMetricStatus))]
[JsonSerializable(typeof(HPAScalingPolicy))]
[JsonSerializable(typeof(HPAScalingRules))]
[JsonSerializable(typeof(HorizontalPodAutoscaler))]
[JsonSerializable(typeof(HorizontalPodAutoscalerBehavior))]
[JsonSerializable(typeof(HorizontalPodAutoscalerCondition))]
[JsonSerializable(typeof(HorizontalPodAutoscalerSpec))]
[JsonSerializable(typeof(HorizontalPodAutoscalerStatus))]
[JsonSerializable(typeof(MetricIdentifier))]
[JsonSerializable(typeof(MetricSpec))]
[JsonSerializable(typeof(MetricStatus))]
[JsonSerializable(typeof(MetricTarget))]
[JsonSerializable(typeof(MetricValueStatus))]
[JsonSerializable(typeof(ObjectMetricSource))]
[JsonSerializable(typeof(ObjectMetricStatus))]
[JsonSerializable(typeof(PodsMetricSource))]
[JsonSerializable(typeof(PodsMetricStatus))]
[JsonSerializable(typeof(ResourceMetricSource))]
[JsonSerializable(typeof(ResourceMetricStatus))]
[JsonSerializable(typeof(ValueList<HorizontalPodAutoscalerCondition>))]
internal sealed partial class AutoscalingV2JsonContext : JsonSerializerContext;
