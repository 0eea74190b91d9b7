using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Schemas;

/// <summary>Where a path such as .spec.color or .spec.colors['dark blue'] leads in a schema.</summary>
/// <param name="Names">The fields on the way.</param>
/// <param name="Error">Why it leads nowhere; null if it does.</param>
internal sealed record SchemaPath(IReadOnlyList<string> Names, JSONSchemaProps? Schema, string? Error)
{
    /// <param name="path">Of fields, each behind a dot, and of keys of maps in brackets and quotes; no elements of lists.</param>
    public static SchemaPath Find(string path, JSONSchemaProps schema)
    {
        var names = new List<string>();
        var rest = path.AsSpan();
        while (!rest.IsEmpty)
        {
            if (rest[0] == '.')
            {
                rest = rest[1..];
                var end = rest.IndexOfAny('.', '[');
                var name = (end < 0 ? rest : rest[..end]).ToString();
                if (name.Length == 0)
                {
                    return Wrong("unexpected end of JSON path");
                }

                if (schema.Properties.Find(name) is not { } property)
                {
                    return Wrong("does not refer to a valid field");
                }

                schema = property;
                rest = rest[name.Length..];
                names.Add(name);
            }
            else if (rest.StartsWith("['") && rest.IndexOf("']") is var close and > 0)
            {
                var key = rest[2..close].ToString();
                if ((schema.AdditionalProperties?.Schema ?? schema.Properties.Find(key)) is not { } value)
                {
                    return Wrong("does not refer to a valid field");
                }

                schema = value;
                rest = rest[(close + 2)..];
                names.Add(key);
            }
            else
            {
                return Wrong($"expected [ or . but got: {rest}");
            }
        }

        return names.Count == 0 ? Wrong("unexpected end of JSON path") : new SchemaPath(names, schema, null);

        SchemaPath Wrong(string why) => new(names, null, why);
    }
}
