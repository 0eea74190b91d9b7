using System.Text.Json;

namespace Coppice.Cel.Schemas;

/// <summary>
/// What expressions must know of a structural schema: the types, what bounds sizes, how lists are told apart, and the rules. Everything
/// else of a schema is somebody else's matter.
/// </summary>
public sealed class CelSchema
{
    private IReadOnlyDictionary<string, (string JsonName, CelSchema Schema)>? _fields;

    /// <summary>"object", "array", "string", "integer", "number", "boolean"; empty where a schema says none.</summary>
    public string Type { get; init; } = "";

    public string Format { get; init; } = "";

    public bool Nullable { get; init; }

    public IReadOnlyDictionary<string, CelSchema>? Properties { get; init; }

    public CelSchema? AdditionalProperties { get; init; }

    public CelSchema? Items { get; init; }

    /// <summary>Rules beside those of the schema itself, for the same values.</summary>
    public IReadOnlyList<CelSchema> AllOf { get; init; } = [];

    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>The longest text of an enumeration; null if there is none.</summary>
    public long? LongestEnum { get; init; }

    public bool HasDefault { get; init; }

    public long? MaxLength { get; init; }

    public long? MaxItems { get; init; }

    public long? MaxProperties { get; init; }

    public bool IsIntOrString { get; init; }

    public bool KeepsUnknown { get; init; }

    /// <summary>An object of any kind, with kind, apiVersion and metadata of its own.</summary>
    public bool IsEmbeddedResource { get; init; }

    /// <summary>"set", "map" or "atomic"; null means atomic.</summary>
    public string? ListType { get; init; }

    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    public IReadOnlyList<ValidationRule> Rules { get; init; } = [];

    /// <summary>The properties by their names in expressions; what can't be named in one is not there.</summary>
    internal IReadOnlyDictionary<string, (string JsonName, CelSchema Schema)> Fields => _fields ??= (Properties ?? new Dictionary<string, CelSchema>())
        .Select(property => (Name: FieldNames.Escape(property.Key), property))
        .Where(one => one.Name is not null)
        .ToDictionary(one => one.Name!, one => (one.property.Key, one.property.Value), StringComparer.Ordinal);

    /// <summary>True if a rule is here or below.</summary>
    internal bool HasRules { get; private init; }

    /// <summary>Reads a schema as it stands in a definition (<c>openAPIV3Schema</c>).</summary>
    public static CelSchema Read(JsonElement schema)
    {
        var properties = Object(schema, "properties")?.EnumerateObject().ToDictionary(p => p.Name, p => Read(p.Value), StringComparer.Ordinal);
        var additional = Object(schema, "additionalProperties") is { } values ? Read(values) : null;
        var items = Object(schema, "items") is { } elements ? Read(elements) : null;
        IReadOnlyList<CelSchema> allOf = [.. Array(schema, "allOf").Where(one => one.ValueKind == JsonValueKind.Object).Select(Read)];
        IReadOnlyList<ValidationRule> rules = [.. Array(schema, "x-kubernetes-validations").Select(ValidationRule.Read)];
        return new()
        {
            Type = Text(schema, "type") ?? "",
            Format = Text(schema, "format") ?? "",
            Nullable = IsTrue(schema, "nullable"),
            Properties = properties,
            AdditionalProperties = additional,
            Items = items,
            AllOf = allOf,
            Required = Texts(schema, "required"),
            LongestEnum = Array(schema, "enum").ToList() is { Count: > 0 } values2 ? values2.Max(v => v.ValueKind == JsonValueKind.String ? v.GetString()!.Length : 0) : null,
            HasDefault = schema.TryGetProperty("default", out _),
            MaxLength = Number(schema, "maxLength"),
            MaxItems = Number(schema, "maxItems"),
            MaxProperties = Number(schema, "maxProperties"),
            IsIntOrString = IsTrue(schema, "x-kubernetes-int-or-string"),
            KeepsUnknown = IsTrue(schema, "x-kubernetes-preserve-unknown-fields"),
            IsEmbeddedResource = IsTrue(schema, "x-kubernetes-embedded-resource"),
            ListType = Text(schema, "x-kubernetes-list-type"),
            ListMapKeys = Texts(schema, "x-kubernetes-list-map-keys"),
            Rules = rules,
            HasRules = rules.Count > 0 || additional is { HasRules: true } || items is { HasRules: true } || allOf.Any(one => one.HasRules)
                || (properties?.Values.Any(one => one.HasRules) ?? false),
        };
    }

    private static readonly CelSchema PlainText = new() { Type = "string" };

    /// <summary>The schema with what every object has that is a resource.</summary>
    internal CelSchema AsResource()
    {
        if (Properties?.GetValueOrDefault("metadata")?.Properties?.GetValueOrDefault("generateName") is not null)
        {
            return this;
        }

        var properties = new Dictionary<string, CelSchema>(Properties ?? new Dictionary<string, CelSchema>(), StringComparer.Ordinal)
        {
            ["kind"] = PlainText,
            ["apiVersion"] = PlainText,
            ["metadata"] = new()
            {
                Type = "object",
                Properties = new Dictionary<string, CelSchema>(StringComparer.Ordinal) { ["name"] = PlainText, ["generateName"] = PlainText },
            },
        };
        return With(properties);
    }

    private CelSchema With(IReadOnlyDictionary<string, CelSchema> properties) => new()
    {
        Type = Type,
        Nullable = Nullable,
        Properties = properties,
        AdditionalProperties = AdditionalProperties,
        AllOf = AllOf,
        Required = Required,
        HasDefault = HasDefault,
        MaxProperties = MaxProperties,
        KeepsUnknown = KeepsUnknown,
        IsEmbeddedResource = IsEmbeddedResource,
        Rules = Rules,
        HasRules = HasRules,
    };

    private static JsonElement? Object(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static IEnumerable<JsonElement> Array(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    private static IReadOnlyList<string> Texts(JsonElement schema, string name) =>
        [.. Array(schema, name).Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)];

    private static string? Text(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsTrue(JsonElement schema, string name) => schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static long? Number(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? Math.Max(0, number) : null;
}
