using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Ownership;

/// <summary>What a step into an object goes by.</summary>
internal enum PathKind
{
    /// <summary>A field or key of a map, by its name.</summary>
    Field,

    /// <summary>An element of a list of objects, by the values of its key fields.</summary>
    Key,

    /// <summary>An element of a set, by itself.</summary>
    Value,

    /// <summary>An element of a list, by its place.</summary>
    Index,
}

/// <summary>One step of the path to a field.</summary>
/// <param name="Text">The name, or JSON in one form only, so that equal steps have equal texts.</param>
internal readonly record struct PathElement(PathKind Kind, string Text) : IComparable<PathElement>
{
    /// <summary>Of a name of FieldsV1: a letter and a colon.</summary>
    public const int PrefixLength = 2;

    private const string Prefixes = "fkvi";

    /// <summary>As in a name of FieldsV1: "f:spec", "k:{"name":"web"}".</summary>
    public string Name => $"{Prefixes[(int)Kind]}:{Text}";

    public static PathElement Field(string name) => new(PathKind.Field, name);

    /// <param name="value">A plain value.</param>
    public static PathElement Value(JsonElement value) => new(PathKind.Value, PlainText(value));

    /// <param name="fields">The key fields in the order of their names, each with its value.</param>
    public static PathElement Key(IEnumerable<(string Name, string Json)> fields) =>
        new(PathKind.Key, $"{{{string.Join(',', fields.Select(field => $"{Quote(field.Name)}:{field.Json}"))}}}");

    /// <summary>Reads a name of FieldsV1; null for a kind of step that we don't know, which nobody minds.</summary>
    /// <exception cref="JsonException">It is no step at all.</exception>
    public static PathElement? Parse(string name)
    {
        if (name.Length < PrefixLength || name[1] != ':')
        {
            throw new JsonException("missing colon");
        }

        var text = name[PrefixLength..];
        return name[0] switch
        {
            'f' => Field(text),
            'k' => Key(KeyFields(text)),
            'v' => Value(Plain(text)),
            'i' => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                ? new(PathKind.Index, text)
                : throw new JsonException($"{QuotedText.Of(text)} is no index"),
            _ => null,
        };
    }

    /// <summary>A plain value as JSON, in one form only: a number that is whole has no fraction.</summary>
    public static string PlainText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Quote(value.GetString()!),
        JsonValueKind.Number => value.GetRawText() is var raw && raw.AsSpan().IndexOfAny('.', 'e', 'E') < 0
            ? raw
            : value.GetDouble().ToString("R", CultureInfo.InvariantCulture),
        _ => value.GetRawText(),
    };

    public int CompareTo(PathElement other) => Kind == other.Kind ? string.CompareOrdinal(Text, other.Text) : Kind.CompareTo(other.Kind);

    /// <summary>As in messages: ".spec", "[name="web"]".</summary>
    public override string ToString() => Kind switch
    {
        PathKind.Field => $".{Text}",
        PathKind.Key => $"[{string.Join(',', KeyFields(Text).Select(field => $"{field.Name}={field.Json}"))}]",
        PathKind.Value => $"[={Text}]",
        _ => $"[{Text}]",
    };

    private static List<(string Name, string Json)> KeyFields(string text)
    {
        using var key = JsonDocument.Parse(text);
        return key.RootElement.ValueKind == JsonValueKind.Object
            ? [.. key.RootElement.EnumerateObject().Select(field => (field.Name, Json: PlainText(field.Value))).OrderBy(field => field.Name, StringComparer.Ordinal)]
            : throw new JsonException("a key is an object");
    }

    private static JsonElement Plain(string text)
    {
        using var value = JsonDocument.Parse(text);
        return value.RootElement.Clone();
    }

    private static string Quote(string text) => $"\"{Encoding.UTF8.GetString(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes)}\"";
}
