using System.Text.Json.Serialization;

namespace Coppice.Objects.Apiregistration;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(APIService))]
[JsonSerializable(typeof(APIServiceCondition))]
[JsonSerializable(typeof(APIServiceSpec))]
[JsonSerializable(typeof(APIServiceStatus))]
[JsonSerializable(typeof(ServiceReference))]
internal sealed partial class ApiregistrationJsonContext : JsonSerializerContext;
