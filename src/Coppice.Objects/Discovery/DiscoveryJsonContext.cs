using System.Text.Json.Serialization;

namespace Coppice.Objects.Discovery;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(Endpoint))]
[JsonSerializable(typeof(EndpointConditions))]
[JsonSerializable(typeof(EndpointHints))]
[JsonSerializable(typeof(EndpointPort))]
[JsonSerializable(typeof(EndpointSlice))]
[JsonSerializable(typeof(ForNode))]
[JsonSerializable(typeof(ForZone))]
internal sealed partial class DiscoveryJsonContext : JsonSerializerContext;
