using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Errors;

/// <summary>JSON as Go prints it into messages: map[a:1 b:[2 3]].</summary>
internal static class GoText
{
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "<nil>",
        JsonValueKind.Array => $"[{string.Join(' ', value.EnumerateArray().Select(Of))}]",
        JsonValueKind.Object => $"map[{string.Join(' ', value.EnumerateObject().OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{f.Name}:{Of(f.Value)}"))}]",
        _ => value.GetRawText(),
    };

    /// <summary>The type that Go reads a value into.</summary>
    public static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "int64" : "float64",
        JsonValueKind.Array => "[]interface {}",
        _ => "map[string]interface {}",
    };

    public static string Of(JsonNode? value) => Of(ElementOf(value));

    public static string TypeOf(JsonNode? value) => TypeOf(ElementOf(value));

    private static JsonElement ElementOf(JsonNode? value) => JsonElement.Parse(value?.ToJsonString() ?? "null");
}
