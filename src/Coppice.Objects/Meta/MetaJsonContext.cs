using System.Text.Json.Serialization;

namespace Coppice.Objects.Meta;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(ApiStatus))]
[JsonSerializable(typeof(ApiStatusCause))]
[JsonSerializable(typeof(ApiStatusDetails))]
[JsonSerializable(typeof(Condition))]
[JsonSerializable(typeof(DeleteOptions))]
[JsonSerializable(typeof(FieldSelectorRequirement))]
[JsonSerializable(typeof(GroupVersionKind))]
[JsonSerializable(typeof(GroupVersionResource))]
[JsonSerializable(typeof(LabelSelector))]
[JsonSerializable(typeof(LabelSelectorRequirement))]
[JsonSerializable(typeof(ManagedFieldsEntry))]
[JsonSerializable(typeof(ObjectMeta))]
[JsonSerializable(typeof(OwnerReference))]
[JsonSerializable(typeof(PartialObjectMetadata))]
[JsonSerializable(typeof(Preconditions))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(Base64Data))]
[JsonSerializable(typeof(Quantity))]
[JsonSerializable(typeof(ValueList<string>))]
[JsonSerializable(typeof(ValueMap<string>))]
[JsonSerializable(typeof(ValueList<FieldSelectorRequirement>))]
[JsonSerializable(typeof(ValueList<LabelSelector>))]
internal sealed partial class MetaJsonContext : JsonSerializerContext;
