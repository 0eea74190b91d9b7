using System.Text.Json;
using Coppice.ApiServer.Kinds;

namespace Coppice.ApiServer.OpenApi;

/// <summary>
/// Reads what another server says of a version of a group in OpenAPI version 2, as far as our own documents say as much: the paths
/// below its root, and the definitions that are needed there.
/// </summary>
internal sealed class OpenApiV2Reader
{
    private const string Definitions = "#/definitions/";
    private const string Parameters = "#/parameters/";
    private const string Kind = "x-kubernetes-group-version-kind";
    private const string Strategic = "application/strategic-merge-patch+json";

    private static readonly HashSet<string> Methods = ["get", "put", "post", "delete", "options", "head", "patch"];

    private static readonly string[] Keywords =
    [
        "title", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems",
        "uniqueItems", "multipleOf", "enum", "maxProperties", "minProperties", "externalDocs", "example",
    ];

    private readonly JsonElement _document;
    private readonly SortedDictionary<string, SchemaNode> _schemas = new(StringComparer.Ordinal);

    // A queue and no recursion: how long a chain of definitions is, somebody else says.
    private readonly Queue<string> _wanted = new();

    // Most operations take and give the same.
    private readonly Dictionary<string, ContentTypes> _types = new(StringComparer.Ordinal);

    private OpenApiV2Reader(JsonElement document) => _document = document;

    /// <param name="root">"/apis/GROUP/VERSION".</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">It is no such document.</exception>
    public static ApiDescription Read(ReadOnlyMemory<byte> json, string root)
    {
        using var document = JsonDocument.Parse(json);
        return new OpenApiV2Reader(document.RootElement).Below($"{root}/");
    }

    private ApiDescription Below(string root)
    {
        List<ApiPath> paths =
        [
            .. Members(_document, "paths").Where(path => path.Name.StartsWith(root, StringComparison.Ordinal) && path.Name != root).Select(PathOf),
        ];
        while (_wanted.TryDequeue(out var name))
        {
            _schemas[name] = Find(_document, "definitions", name) is { } definition ? Schema(definition) : new SchemaNode { Type = "object" };
        }

        return new([.. paths.Where(path => path.Operations.Count > 0)], _schemas);
    }

    private ApiPath PathOf(JsonProperty path) => new(
        path.Name,
        [
            .. path.Value.EnumerateObject()
                .Where(item => Methods.Contains(item.Name) && item.Value.TryGetProperty(Kind, out _))
                .Select(item => Operation(item.Name, item.Value, [.. ParametersOf(path.Value)])),
        ]);

    private ApiOperation Operation(string method, JsonElement source, IReadOnlyList<JsonElement> ofPath)
    {
        List<JsonElement> parameters = [.. ParametersOf(source), .. ofPath];
        var kind = source.GetProperty(Kind);
        var body = parameters.FirstOrDefault(one => Text(one, "in") == "body");
        return new(method, Text(source, "x-kubernetes-action") ?? method, Text(source, "operationId") ?? "", new(Text(kind, "group") ?? "", Text(kind, "version") ?? "", Text(kind, "kind") ?? ""))
        {
            Body = body.ValueKind == JsonValueKind.Object ? DefinitionOf(body) : null,
            Answer = Find(source, "responses", "200") is { } answer ? DefinitionOf(answer) : null,
            Query =
            [
                .. parameters.Where(one => Text(one, "in") == "query")
                    .Select(one => new QueryParameter(Text(one, "name") ?? "", Text(one, "type") ?? "string", Text(one, "description") ?? "")),
            ],
            Told = TypesOf(source),
            IsCustom = method == "patch" && !Texts(source, "consumes").Contains(Strategic),
        };
    }

    /// <summary>What an operation does not say holds for the whole document.</summary>
    private ContentTypes TypesOf(JsonElement source)
    {
        IReadOnlyList<string> consumes = [.. Texts(source.TryGetProperty("consumes", out _) ? source : _document, "consumes")];
        IReadOnlyList<string> produces = [.. Texts(source.TryGetProperty("produces", out _) ? source : _document, "produces")];
        var key = $"{string.Join(' ', consumes)}\n{string.Join(' ', produces)}";
        if (!_types.TryGetValue(key, out var types))
        {
            _types[key] = types = new(consumes.Count > 0 ? consumes : ContentTypes.Any, produces.Count > 0 ? produces : ContentTypes.Json);
        }

        return types;
    }

    private IEnumerable<JsonElement> ParametersOf(JsonElement source) => Elements(source, "parameters").Select(one =>
        Text(one, "$ref") is { } shared && shared.StartsWith(Parameters, StringComparison.Ordinal)
            ? Find(_document, "parameters", shared[Parameters.Length..]) ?? one
            : one);

    /// <summary>The definition that the schema of a body or an answer refers to.</summary>
    private string? DefinitionOf(JsonElement source) => source.TryGetProperty("schema", out var schema) ? Reference(schema) : null;

    private string? Reference(JsonElement schema)
    {
        if (Text(schema, "$ref") is not { } reference || !reference.StartsWith(Definitions, StringComparison.Ordinal))
        {
            return null;
        }

        var name = reference[Definitions.Length..];
        if (_schemas.TryAdd(name, new SchemaNode()))
        {
            _wanted.Enqueue(name);
        }

        return name;
    }

    private SchemaNode Schema(JsonElement source) => new()
    {
        Reference = Reference(source),
        Type = Text(source, "type"),
        Format = Text(source, "format"),
        Description = Text(source, "description"),
        Default = source.TryGetProperty("default", out var value) ? value.GetRawText() : null,
        Items = Inner(source, "items"),
        Values = Inner(source, "additionalProperties"),
        Properties = [.. Members(source, "properties").OrderBy(one => one.Name, StringComparer.Ordinal).Select(one => KeyValuePair.Create(one.Name, Schema(one.Value)))],
        Required = [.. Texts(source, "required")],
        Keywords = [.. source.EnumerateObject().Where(one => Keywords.Contains(one.Name)).Select(AsIs)],
        Extensions = [.. source.EnumerateObject().Where(one => one.Name.StartsWith("x-", StringComparison.Ordinal)).Select(AsIs)],
    };

    private SchemaNode? Inner(JsonElement source, string name) =>
        source.TryGetProperty(name, out var inner) && inner.ValueKind == JsonValueKind.Object ? Schema(inner) : null;

    private static VendorExtension AsIs(JsonProperty one) => new(one.Name, one.Value.GetRawText());

    private static JsonElement? Find(JsonElement source, string map, string name) =>
        source.TryGetProperty(map, out var all) && all.TryGetProperty(name, out var found) ? found : null;

    private static string? Text(JsonElement source, string name) =>
        source.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<string> Texts(JsonElement source, string name) => Elements(source, name).Select(one => one.GetString() ?? "");

    private static IEnumerable<JsonElement> Elements(JsonElement source, string name) => source.TryGetProperty(name, out var list) ? list.EnumerateArray() : [];

    private static IEnumerable<JsonProperty> Members(JsonElement source, string name) => source.TryGetProperty(name, out var map) ? map.EnumerateObject() : [];
}
