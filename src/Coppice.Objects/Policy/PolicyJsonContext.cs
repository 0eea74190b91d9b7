using System.Text.Json.Serialization;

namespace Coppice.Objects.Policy;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(DateTimeOffset))]
[JsonSerializable(typeof(Eviction))]
[JsonSerializable(typeof(PodDisruptionBudget))]
[JsonSerializable(typeof(PodDisruptionBudgetSpec))]
[JsonSerializable(typeof(PodDisruptionBudgetStatus))]
internal sealed partial class PolicyJsonContext : JsonSerializerContext;
