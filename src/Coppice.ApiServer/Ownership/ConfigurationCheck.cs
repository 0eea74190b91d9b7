using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Ownership;

/// <summary>Whether a configuration that is applied fits its schema: nothing unknown, nothing of another shape, nothing twice.</summary>
internal static class ConfigurationCheck
{
    /// <returns>What is wrong, as Kubernetes words it; null if nothing is.</returns>
    public static string? Find(JsonElement configuration, MergeShape shape)
    {
        var found = new List<string>();
        Walk(configuration, shape, "", found);
        return found switch
        {
            [] => null,
            [var one] => one,
            _ => string.Join("\n  ", found.Prepend("errors:")),
        };
    }

    private static void Walk(JsonElement value, MergeShape shape, string path, List<string> found)
    {
        if (value.ValueKind == JsonValueKind.Null || shape.Schema is not { } schema)
        {
            return;
        }

        switch (schema.Shape)
        {
            case ValueShape.Object or ValueShape.Map:
                WalkFields(value, shape, path, found);
                break;
            case ValueShape.List:
                WalkList(value, shape, path, found);
                break;
            default:
                if (ScalarError(value, schema.Shape) is { } error)
                {
                    Add(path, error, found);
                }

                break;
        }
    }

    private static void WalkFields(JsonElement value, MergeShape shape, string path, List<string> found)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Add(path, $"expected map, got &{{{GoText.Of(value)}}}", found);
            return;
        }

        foreach (var field in value.EnumerateObject())
        {
            if (!shape.Takes(field.Name))
            {
                Add($"{path}.{field.Name}", "field not declared in schema", found);
                return;
            }

            Walk(field.Value, shape.Field(field.Name), $"{path}.{field.Name}", found);
        }
    }

    private static void WalkList(JsonElement value, MergeShape shape, string path, List<string> found)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            Add(path, $"expected list, got &{{{GoText.Of(value)}}}", found);
            return;
        }

        var granularity = shape.For(value);
        var seen = new HashSet<PathElement>();
        var index = 0;
        foreach (var element in value.EnumerateArray())
        {
            var step = new PathElement(PathKind.Index, $"{index}");
            if (granularity is Granularity.Set or Granularity.Keyed)
            {
                if (ListSteps.Find(shape, granularity, element, out var why) is not { } known)
                {
                    Add(path, $"element {index}: {why}", found);
                    return;
                }

                if (!seen.Add(known))
                {
                    Add(path, $"duplicate entries for key {known}", found);
                }

                step = known;
            }

            Walk(element, shape.Element, $"{path}{step}", found);
            index++;
        }
    }

    private static string? ScalarError(JsonElement value, ValueShape shape) => (shape, value.ValueKind) switch
    {
        (ValueShape.Any, _) => null,
        (ValueShape.Boolean, JsonValueKind.True or JsonValueKind.False) => null,
        (ValueShape.Boolean, _) => $"expected boolean, got {GoText.TypeOf(value)}",
        (ValueShape.Int32 or ValueShape.Int64 or ValueShape.Number, JsonValueKind.Number) => null,
        (ValueShape.Int32 or ValueShape.Int64 or ValueShape.Number, _) => $"expected numeric (int or float), got {GoText.TypeOf(value)}",
        (ValueShape.Quantity or ValueShape.IntOrString, not (JsonValueKind.Object or JsonValueKind.Array)) => null,
        (ValueShape.Quantity or ValueShape.IntOrString, _) => $"expected any scalar, got &{{{GoText.Of(value)}}}",
        (_, JsonValueKind.String) => null,
        _ => $"expected string, got &value.valueUnstructured{{Value:{GoLiteral(value)}}}",
    };

    private static void Add(string path, string error, List<string> found) => found.Add(path.Length == 0 ? error : $"{path}: {error}");

    /// <summary>As Go's source has a value: map[string]interface {}{"a":1}.</summary>
    private static string GoLiteral(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "interface {}(nil)",
        JsonValueKind.Array => $"[]interface {{}}{{{string.Join(", ", value.EnumerateArray().Select(GoLiteral))}}}",
        JsonValueKind.Object => $"map[string]interface {{}}{{{string.Join(", ", value.EnumerateObject().OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{QuotedText.Of(f.Name)}:{GoLiteral(f.Value)}"))}}}",
        _ => value.GetRawText(),
    };
}
