using System.Text;
using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Validation;

/// <summary>Which fields of two specs differ, for the message that refuses the change: a line with what was, and one with what was asked for.</summary>
internal static class SpecDifference
{
    private const string Absent = "(absent)";

    public static string Of<T>(T spec, T old) where T : notnull
    {
        var before = Flatten(old);
        var after = Flatten(spec);
        var text = new StringBuilder();
        foreach (var path in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal))
        {
            var was = before.GetValueOrDefault(path, Absent);
            var asked = after.GetValueOrDefault(path, Absent);
            if (was != asked)
            {
                text.Append("- ").Append(path).Append(": ").AppendLine(was).Append("+ ").Append(path).Append(": ").AppendLine(asked);
            }
        }

        return text.ToString();
    }

    private static Dictionary<string, string> Flatten<T>(T spec) where T : notnull
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        using var json = JsonDocument.Parse(ApiJson.Write(spec));
        Walk(FieldPath.Of("spec"), json.RootElement, fields);
        return fields;
    }

    private static void Walk(FieldPath path, JsonElement value, Dictionary<string, string> fields)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    Walk(path.Child(property.Name), property.Value, fields);
                }

                break;
            case JsonValueKind.Array:
                foreach (var (i, element) in value.EnumerateArray().Index())
                {
                    Walk(path.Index(i), element, fields);
                }

                break;
            default:
                fields[path.ToString()] = value.GetRawText();
                break;
        }
    }
}
