using System.Text.Json.Serialization;

namespace Coppice.Objects.Apiextensions;

/// <summary>How the types of this group are read and written as JSON; every type that stands in a list or map is named here.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(EmptyIsAbsentConverter), typeof(ApiTimeConverter)])]
[JsonSerializable(typeof(CustomResourceColumnDefinition))]
[JsonSerializable(typeof(CustomResourceDefinition))]
[JsonSerializable(typeof(CustomResourceDefinitionCondition))]
[JsonSerializable(typeof(CustomResourceDefinitionVersion))]
[JsonSerializable(typeof(JSONSchemaProps))]
[JsonSerializable(typeof(ValueList<JSONSchemaProps>))]
[JsonSerializable(typeof(SelectableField))]
[JsonSerializable(typeof(SchemaRule))]
internal sealed partial class ApiextensionsJsonContext : JsonSerializerContext;
