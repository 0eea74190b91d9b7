using System.Text.Json.Serialization;

namespace Coppice.Objects.Admissionregistration;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(AuditAnnotation))]
[JsonSerializable(typeof(ExpressionWarning))]
[JsonSerializable(typeof(MatchCondition))]
[JsonSerializable(typeof(MatchResources))]
[JsonSerializable(typeof(MutatingAdmissionPolicy))]
[JsonSerializable(typeof(MutatingAdmissionPolicyBinding))]
[JsonSerializable(typeof(Mutation))]
[JsonSerializable(typeof(MutatingWebhook))]
[JsonSerializable(typeof(MutatingWebhookConfiguration))]
[JsonSerializable(typeof(NamedRuleWithOperations))]
[JsonSerializable(typeof(PolicyValidation))]
[JsonSerializable(typeof(RuleWithOperations))]
[JsonSerializable(typeof(ServiceReference))]
[JsonSerializable(typeof(ValidatingAdmissionPolicy))]
[JsonSerializable(typeof(ValidatingAdmissionPolicyBinding))]
[JsonSerializable(typeof(ValidatingWebhook))]
[JsonSerializable(typeof(ValidatingWebhookConfiguration))]
[JsonSerializable(typeof(Variable))]
[JsonSerializable(typeof(WebhookClientConfig))]
internal sealed partial class AdmissionregistrationJsonContext : JsonSerializerContext;
