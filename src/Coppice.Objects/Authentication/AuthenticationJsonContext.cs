using System.Text.Json.Serialization;

namespace Coppice.Objects.Authentication;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(BoundObjectReference))]
[JsonSerializable(typeof(SelfSubjectReview))]
[JsonSerializable(typeof(SelfSubjectReviewStatus))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(TokenRequestSpec))]
[JsonSerializable(typeof(TokenRequestStatus))]
[JsonSerializable(typeof(TokenReview))]
[JsonSerializable(typeof(TokenReviewSpec))]
[JsonSerializable(typeof(TokenReviewStatus))]
[JsonSerializable(typeof(UserInfo))]
internal sealed partial class AuthenticationJsonContext : JsonSerializerContext;
