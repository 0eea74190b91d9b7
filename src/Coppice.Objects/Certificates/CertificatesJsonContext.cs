using System.Text.Json.Serialization;

namespace Coppice.Objects.Certificates;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(CertificateSigningRequest))]
[JsonSerializable(typeof(CertificateSigningRequestCondition))]
[JsonSerializable(typeof(CertificateSigningRequestSpec))]
[JsonSerializable(typeof(CertificateSigningRequestStatus))]
internal sealed partial class CertificatesJsonContext : JsonSerializerContext;
