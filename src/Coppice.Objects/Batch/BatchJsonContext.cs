using System.Text.Json.Serialization;

namespace Coppice.Objects.Batch;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(CronJob))]
[JsonSerializable(typeof(CronJobSpec))]
[JsonSerializable(typeof(CronJobStatus))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(JobCondition))]
[JsonSerializable(typeof(JobSpec))]
[JsonSerializable(typeof(JobStatus))]
[JsonSerializable(typeof(JobTemplateSpec))]
[JsonSerializable(typeof(PodFailurePolicy))]
[JsonSerializable(typeof(PodFailurePolicyOnExitCodesRequirement))]
[JsonSerializable(typeof(PodFailurePolicyOnPodConditionsPattern))]
[JsonSerializable(typeof(PodFailurePolicyRule))]
[JsonSerializable(typeof(SuccessPolicy))]
[JsonSerializable(typeof(SuccessPolicyRule))]
[JsonSerializable(typeof(UncountedTerminatedPods))]
internal sealed partial class BatchJsonContext : JsonSerializerContext;
