using System.Text.Json.Serialization;

namespace Coppice.Objects.Flowcontrol;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(ExemptPriorityLevelConfiguration))]
[JsonSerializable(typeof(FlowDistinguisherMethod))]
[JsonSerializable(typeof(FlowSchema))]
[JsonSerializable(typeof(FlowSchemaCondition))]
[JsonSerializable(typeof(FlowSchemaSpec))]
[JsonSerializable(typeof(FlowSchemaStatus))]
[JsonSerializable(typeof(GroupSubject))]
[JsonSerializable(typeof(LimitResponse))]
[JsonSerializable(typeof(LimitedPriorityLevelConfiguration))]
[JsonSerializable(typeof(NonResourcePolicyRule))]
[JsonSerializable(typeof(PolicyRulesWithSubjects))]
[JsonSerializable(typeof(PriorityLevelConfiguration))]
[JsonSerializable(typeof(PriorityLevelConfigurationCondition))]
[JsonSerializable(typeof(PriorityLevelConfigurationReference))]
[JsonSerializable(typeof(PriorityLevelConfigurationSpec))]
[JsonSerializable(typeof(PriorityLevelConfigurationStatus))]
[JsonSerializable(typeof(QueuingConfiguration))]
[JsonSerializable(typeof(ResourcePolicyRule))]
[JsonSerializable(typeof(ServiceAccountSubject))]
[JsonSerializable(typeof(Subject))]
[JsonSerializable(typeof(UserSubject))]
internal sealed partial class FlowcontrolJsonContext : JsonSerializerContext;
