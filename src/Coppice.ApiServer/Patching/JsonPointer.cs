using System.Globalization;
using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Patching;

/// <summary>A place in a JSON tree (RFC 6901), as in "/spec/containers/0/image"; empty for the whole of it.</summary>
internal sealed class JsonPointer
{
    private JsonPointer(string text, string[] tokens) => (Text, Tokens) = (text, tokens);

    public string Text { get; }

    public IReadOnlyList<string> Tokens { get; }

    public bool IsRoot => Tokens.Count == 0;

    /// <summary>The last token: a name or an index in the parent.</summary>
    public string Last => Tokens[^1];

    /// <summary>Null if the text is no pointer.</summary>
    public static JsonPointer? Parse(string text)
    {
        if (text.Length == 0)
        {
            return new JsonPointer(text, []);
        }

        return text[0] == '/' ? new JsonPointer(text, [.. text[1..].Split('/').Select(Unescape)]) : null;
    }

    /// <summary>The value that holds this place; null if there is none.</summary>
    public JsonNode? FindParent(JsonNode? root)
    {
        var node = root;
        for (var i = 0; i < Tokens.Count - 1; i++)
        {
            node = Step(node, Tokens[i]);
        }

        return node;
    }

    /// <summary>An index into a list of a length, or null if the token is none.</summary>
    public static int? Index(string token, int length)
    {
        var isIndex = int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && (token == "0" || token[0] != '0');
        return isIndex && index < length ? index : null;
    }

    private static JsonNode? Step(JsonNode? node, string token) => node switch
    {
        JsonObject map => map[token],
        JsonArray list when Index(token, list.Count) is { } index => list[index],
        _ => null,
    };

    private static string Unescape(string token) =>
        token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
