using System.Text.Json.Serialization;

namespace Coppice.Objects.Autoscaling;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(CrossVersionObjectReference))]
[JsonSerializable(typeof(HorizontalPodAutoscaler))]
[JsonSerializable(typeof(HorizontalPodAutoscalerSpec))]
[JsonSerializable(typeof(HorizontalPodAutoscalerStatus))]
[JsonSerializable(typeof(NotedBehavior))]
[JsonSerializable(typeof(NotedMetric))]
[JsonSerializable(typeof(NotedMetricStatus))]
[JsonSerializable(typeof(NotedPolicy))]
[JsonSerializable(typeof(Scale))]
[JsonSerializable(typeof(ScaleSpec))]
[JsonSerializable(typeof(ScaleStatus))]
[JsonSerializable(typeof(ValueList<NotedMetric>))]
[JsonSerializable(typeof(ValueList<NotedMetricStatus>))]
internal sealed partial class AutoscalingJsonContext : JsonSerializerContext;
