using System.Text.Json.Serialization;

namespace Coppice.Objects.Authorization;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(FieldSelectorAttributes))]
[JsonSerializable(typeof(LabelSelectorAttributes))]
[JsonSerializable(typeof(LocalSubjectAccessReview))]
[JsonSerializable(typeof(NonResourceAttributes))]
[JsonSerializable(typeof(NonResourceRule))]
[JsonSerializable(typeof(ResourceAttributes))]
[JsonSerializable(typeof(ResourceRule))]
[JsonSerializable(typeof(SelfSubjectAccessReview))]
[JsonSerializable(typeof(SelfSubjectAccessReviewSpec))]
[JsonSerializable(typeof(SelfSubjectRulesReview))]
[JsonSerializable(typeof(SelfSubjectRulesReviewSpec))]
[JsonSerializable(typeof(SubjectAccessReview))]
[JsonSerializable(typeof(SubjectAccessReviewSpec))]
[JsonSerializable(typeof(SubjectAccessReviewStatus))]
[JsonSerializable(typeof(SubjectRulesReviewStatus))]
internal sealed partial class AuthorizationJsonContext : JsonSerializerContext;
