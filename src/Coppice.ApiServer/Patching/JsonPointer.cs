using System.Globalization;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Patching;

/// <summary>
/// A place in a JSON tree (RFC 6901), as in "/spec/containers/0/image". As in Kubernetes' library, what stands before the first slash says
/// nothing, and an index may count from a list's end: -1 is the last.
/// </summary>
internal sealed class JsonPointer
{
    private JsonPointer(string text, string[] tokens) => (Text, Tokens) = (text, tokens);

    public string Text { get; }

    /// <summary>None for the whole tree, and for a text without a slash.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>It is the whole of the tree.</summary>
    public bool IsRoot => Text.Length == 0;

    /// <summary>The last token: a name or an index in what holds the place; empty where nothing does.</summary>
    public string Last => Tokens.Count == 0 ? "" : Tokens[^1];

    public static JsonPointer Parse(string text) => new(text, [.. text.Split('/').Skip(1).Select(Unescape)]);

    /// <summary>The map or list that holds this place; null if there is none.</summary>
    public JsonNode? FindHolder(JsonNode? root)
    {
        var node = Tokens.Count == 0 ? null : root;
        for (var i = 0; i < Tokens.Count - 1; i++)
        {
            node = Step(node, Tokens[i]);
        }

        return node is JsonObject or JsonArray ? node : null;
    }

    /// <summary>Reads an index into a list.</summary>
    /// <param name="length">How many places there are; one more than elements where one is to be inserted.</param>
    /// <returns>What is wrong with it, in the words of Kubernetes' library; null if nothing is.</returns>
    public static string? ReadIndex(string token, int length, out int index)
    {
        index = 0;
        if (!long.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return $"strconv.Atoi: parsing {QuotedText.Of(token)}: {(IsNumber(token) ? "value out of range" : "invalid syntax")}";
        }

        if (number >= length || number < -length)
        {
            return $"Unable to access invalid index: {number}: invalid index referenced";
        }

        index = (int)(number < 0 ? number + length : number);
        return null;
    }

    // Of any length: whoever sends it says how long it is.
    private static bool IsNumber(string token) => token.AsSpan(token is ['+' or '-', ..] ? 1 : 0) is { IsEmpty: false } digits && !digits.ContainsAnyExceptInRange('0', '9');

    private static JsonNode? Step(JsonNode? node, string token) => node switch
    {
        JsonObject map => map[token],
        JsonArray list when ReadIndex(token, list.Count, out var index) is null => list[index],
        _ => null,
    };

    private static string Unescape(string token) =>
        token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
