using System.Runtime.CompilerServices;
using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Ownership;

/// <summary>By which step one comes to an element of a list whose elements have owners of their own.</summary>
internal static class ListSteps
{
    private static readonly ConditionalWeakTable<FieldSchema, KeyField[]> Known = [];

    /// <param name="why">What is wrong with the element.</param>
    /// <returns>Null if it can't be told from the others.</returns>
    public static PathElement? Find(MergeShape list, Granularity granularity, JsonElement element, out string? why)
    {
        (PathElement? step, why) = granularity == Granularity.Set ? OfSet(element) : OfKeyed(KeysOf(list.FieldOf), element);
        return step;
    }

    private static (PathElement?, string?) OfSet(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => (null, "associative list without keys has an element that's a map type"),
        JsonValueKind.Array => (null, "not supported: associative list with lists as elements"),
        JsonValueKind.Null => (null, "associative list without keys has an element that's an explicit null"),
        _ => (PathElement.Value(element), null),
    };

    private static (PathElement?, string?) OfKeyed(KeyField[] keys, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return (null, element.ValueKind == JsonValueKind.Null
                ? "associative list with keys may not have a null element"
                : "associative list with keys may not have non-map elements");
        }

        var fields = new (string, string)[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            var (name, left) = keys[i];
            if (element.TryGetProperty(name, out var value))
            {
                fields[i] = (name, PathElement.PlainText(value));
            }
            else if (left is not null)
            {
                fields[i] = (name, left);
            }
            else
            {
                return (null, $"associative list with keys has an element that omits key field {QuotedText.Of(name)} (and doesn't have default value)");
            }
        }

        return (PathElement.Key(fields), null);
    }

    private static KeyField[] KeysOf(FieldSchema list) => Known.GetValue(list, static list =>
    [
        .. from name in list.ListKeys.Order(StringComparer.Ordinal)
           select new KeyField(name, list.Value.Element!.Object.Find(name) is { Facts.Default: { } text } key ? JsonOf(text, key.Value.Shape) : null),
    ]);

    private static string JsonOf(string text, ValueShape shape) =>
        shape is ValueShape.Boolean or ValueShape.Int32 or ValueShape.Int64 or ValueShape.Number ? text : $"\"{JsonEncodedText.Encode(text)}\"";

    /// <param name="Default">As JSON: what the field is where an element leaves it out; null for nothing.</param>
    private readonly record struct KeyField(string Name, string? Default);
}
