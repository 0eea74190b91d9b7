using System.Text.Json.Serialization;

namespace Coppice.Objects.Apiextensions;

/// <summary>What a value looks like: a schema in the words of OpenAPI version 3, and some of Kubernetes' own.</summary>
public sealed partial record JSONSchemaProps
{
    /// <summary>Not supported, and refused.</summary>
    [Field(1)]
    public string? Id { get; init; }

    /// <summary>Where the language of this schema is described.</summary>
    [Field(2)]
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>Not supported, and refused.</summary>
    [Field(3)]
    [JsonPropertyName("$ref")]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Ref { get; init; }

    /// <summary>What the value is for; kubectl explain shows it.</summary>
    [Field(4)]
    public string? Description { get; init; }

    /// <summary>What the value is: array, boolean, integer, number, object or string.</summary>
    [Field(5)]
    public string? Type { get; init; }

    /// <summary>How a string or number is written, as in date-time or int32.</summary>
    [Field(6)]
    public string? Format { get; init; }

    /// <summary>A name for the value.</summary>
    [Field(7)]
    public string? Title { get; init; }

    /// <summary>What is put in where the value is missing.</summary>
    [Field(8)]
    public JsonValue? Default { get; init; }

    /// <summary>The most that a number may be.</summary>
    [Field(9)]
    public double? Maximum { get; init; }

    /// <summary>The number must be less than maximum.</summary>
    [Field(10)]
    public bool ExclusiveMaximum { get; init; }

    /// <summary>The least that a number may be.</summary>
    [Field(11)]
    public double? Minimum { get; init; }

    /// <summary>The number must be more than minimum.</summary>
    [Field(12)]
    public bool ExclusiveMinimum { get; init; }

    /// <summary>The most characters that a string may have.</summary>
    [Field(13)]
    public long? MaxLength { get; init; }

    /// <summary>The fewest characters that a string may have.</summary>
    [Field(14)]
    public long? MinLength { get; init; }

    /// <summary>What a string must match: a regular expression.</summary>
    [Field(15)]
    public string? Pattern { get; init; }

    /// <summary>The most elements that a list may have.</summary>
    [Field(16)]
    public long? MaxItems { get; init; }

    /// <summary>The fewest elements that a list may have.</summary>
    [Field(17)]
    public long? MinItems { get; init; }

    /// <summary>No two elements of a list are equal; true is refused, as it takes too long to find out.</summary>
    [Field(18)]
    public bool UniqueItems { get; init; }

    /// <summary>A number must be a multiple of this.</summary>
    [Field(19)]
    public double? MultipleOf { get; init; }

    /// <summary>The values that there may be.</summary>
    [Field(20)]
    public ValueList<JsonValue> Enum { get; init; }

    /// <summary>The most fields that an object may have.</summary>
    [Field(21)]
    public long? MaxProperties { get; init; }

    /// <summary>The fewest fields that an object may have.</summary>
    [Field(22)]
    public long? MinProperties { get; init; }

    /// <summary>The fields that an object must have.</summary>
    [Field(23)]
    public ValueList<string> Required { get; init; }

    /// <summary>What the elements of a list look like.</summary>
    [Field(24)]
    public JSONSchemaPropsOrArray? Items { get; init; }

    /// <summary>All of these must hold.</summary>
    [Field(25)]
    public ValueList<JSONSchemaProps> AllOf { get; init; }

    /// <summary>Exactly one of these must hold.</summary>
    [Field(26)]
    public ValueList<JSONSchemaProps> OneOf { get; init; }

    /// <summary>At least one of these must hold.</summary>
    [Field(27)]
    public ValueList<JSONSchemaProps> AnyOf { get; init; }

    /// <summary>This must not hold.</summary>
    [Field(28)]
    public JSONSchemaProps? Not { get; init; }

    /// <summary>What the fields of an object look like, by their names.</summary>
    [Field(29)]
    public ValueMap<JSONSchemaProps> Properties { get; init; }

    /// <summary>What the values of an object look like whose names are free.</summary>
    [Field(30)]
    public JSONSchemaPropsOrBool? AdditionalProperties { get; init; }

    /// <summary>Not supported, and refused.</summary>
    [Field(31)]
    public ValueMap<JSONSchemaProps> PatternProperties { get; init; }

    /// <summary>Not supported, and refused.</summary>
    [Field(32)]
    public JsonValue? Dependencies { get; init; }

    /// <summary>Not supported, and refused.</summary>
    [Field(33)]
    public JSONSchemaPropsOrBool? AdditionalItems { get; init; }

    /// <summary>Not supported, and refused.</summary>
    [Field(34)]
    public ValueMap<JSONSchemaProps> Definitions { get; init; }

    /// <summary>Where more is written about the value.</summary>
    [Field(35)]
    public ExternalDocumentation? ExternalDocs { get; init; }

    /// <summary>What a value may look like.</summary>
    [Field(36)]
    public JsonValue? Example { get; init; }

    /// <summary>The value may be null.</summary>
    [Field(37)]
    public bool Nullable { get; init; }

    /// <summary>Fields that the schema does not name are kept.</summary>
    [Field(38)]
    [JsonPropertyName("x-kubernetes-preserve-unknown-fields")]
    public bool? XPreserveUnknownFields { get; init; }

    /// <summary>The value is a whole object of the API, with apiVersion, kind and metadata.</summary>
    [Field(39)]
    [JsonPropertyName("x-kubernetes-embedded-resource")]
    public bool XEmbeddedResource { get; init; }

    /// <summary>The value is a whole number or a string.</summary>
    [Field(40)]
    [JsonPropertyName("x-kubernetes-int-or-string")]
    public bool XIntOrString { get; init; }

    /// <summary>The fields that tell the elements of a list of the type map apart.</summary>
    [Field(41)]
    [JsonPropertyName("x-kubernetes-list-map-keys")]
    public ValueList<string> XListMapKeys { get; init; }

    /// <summary>How a list is merged: atomic as a whole (the default), set by its values, map by the keys of its elements.</summary>
    [Field(42)]
    [JsonPropertyName("x-kubernetes-list-type")]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? XListType { get; init; }

    /// <summary>How an object is merged: granular field by field (the default), atomic as a whole.</summary>
    [Field(43)]
    [JsonPropertyName("x-kubernetes-map-type")]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? XMapType { get; init; }

    /// <summary>What must hold of the value, as expressions of CEL.</summary>
    [Field(44, MergeKey = "rule", List = ListType.Map, ListKeys = "rule")]
    [JsonPropertyName("x-kubernetes-validations")]
    public ValueList<SchemaRule> XValidations { get; init; }
}

/// <summary>Something that must hold of a value, as an expression of CEL.</summary>
[SchemaName("ValidationRule")]
public sealed partial record SchemaRule
{
    /// <summary>The expression, which is true of good values; self is the value, and oldSelf what was there before.</summary>
    [Field(1, Required = true)]
    public string Rule { get; init => field = value ?? ""; } = "";

    /// <summary>What is said of a bad value; the rule itself, where this is left out.</summary>
    [Field(2)]
    public string? Message { get; init; }

    /// <summary>An expression that makes what is said of a bad value.</summary>
    [Field(3)]
    public string? MessageExpression { get; init; }

    /// <summary>What kind of error a bad value is; FieldValueInvalid by default.</summary>
    [Field(4, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Reason { get; init; }

    /// <summary>The field that the error is about, seen from the value.</summary>
    [Field(5)]
    public string? FieldPath { get; init; }

    /// <summary>The rule is asked also where nothing was there before; oldSelf is then optional.</summary>
    [Field(6)]
    public bool? OptionalOldSelf { get; init; }
}

/// <summary>Where more is written about something.</summary>
public sealed partial record ExternalDocumentation
{
    /// <summary>What is found there.</summary>
    [Field(1)]
    public string? Description { get; init; }

    /// <summary>Its address.</summary>
    [Field(2)]
    public string? Url { get; init; }
}

/// <summary>The values of FieldValueErrorReason.</summary>
public static class FieldValueErrorReason
{
    public const string Duplicate = "FieldValueDuplicate";
    public const string Forbidden = "FieldValueForbidden";
    public const string Invalid = "FieldValueInvalid";
    public const string Required = "FieldValueRequired";

    public static readonly IReadOnlyList<string> All = [Duplicate, Forbidden, Invalid, Required];
}
