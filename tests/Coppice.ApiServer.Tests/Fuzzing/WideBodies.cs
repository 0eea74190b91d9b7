using Coppice.Objects;

namespace Coppice.ApiServer.Tests.Fuzzing;

/// <summary>For each list and map of a kind a body where it is very long, and all else is as small as it may be.</summary>
internal static class WideBodies
{
    private const int Bytes = 400_000;
    private const int Depth = 6;

    public static IEnumerable<(string Place, Func<string> Body)> Of(Kind kind) => Of(kind.Schema, "", 0);

    private static IEnumerable<(string Place, Func<string> Body)> Of(ObjectSchema type, string place, int depth)
    {
        if (depth > Depth)
        {
            yield break;
        }

        foreach (var field in type.Fields)
        {
            var here = $"{place}.{field.JsonName}";
            var value = field.Value;
            if (value.Shape is ValueShape.List or ValueShape.Map)
            {
                yield return (here, () => With(type, field, Long(value)));
                if (value.Shape == ValueShape.List && value.Element!.Shape == ValueShape.Object)
                {
                    foreach (var (inner, body) in Of(value.Element.Object, here, depth + 1))
                    {
                        yield return (inner, () => With(type, field, $"[{body()}]"));
                    }
                }
            }
            else if (value.Shape == ValueShape.Object)
            {
                foreach (var (inner, body) in Of(value.Object, here, depth + 1))
                {
                    yield return (inner, () => With(type, field, body()));
                }
            }
        }
    }

    private static string Long(ValueSchema value)
    {
        var isList = value.Shape == ValueShape.List;
        var first = Element(0);
        return $"{(isList ? '[' : '{')}{string.Join(',', Enumerable.Range(0, Bytes / (first.Length + 6)).Select(Element))}{(isList ? ']' : '}')}";

        string Element(int i) => (isList ? "" : $"\"k{i}\":") + Small(value.Element!, i);
    }

    /// <summary>An object whose one field is given, and that has a name if it may have one.</summary>
    private static string With(ObjectSchema type, FieldSchema field, string value)
    {
        var named = type.Name != field.JsonName && field.JsonName != "name" && type.Find("name") is not null ? "\"name\":\"a\"," : "";
        return $"{{{named}\"{field.JsonName}\":{value}}}";
    }

    private static string Small(ValueSchema value, int i) => value.Shape switch
    {
        ValueShape.String or ValueShape.IntOrString => $"\"a{i}\"",
        ValueShape.Boolean => "true",
        ValueShape.Int32 or ValueShape.Int64 or ValueShape.Number => $"{i}",
        ValueShape.Quantity => "\"1\"",
        ValueShape.Bytes => "\"\"",
        ValueShape.Time => "\"2024-01-01T00:00:00Z\"",
        ValueShape.List => "[]",
        ValueShape.Object when value.Object.Fields.FirstOrDefault(f => f.JsonName is "name" or "key" or "ip" or "uid" or "type" && f.Value.Shape == ValueShape.String) is { } key =>
            $"{{\"{key.JsonName}\":\"a{i}\"}}",
        _ => "{}",
    };
}
