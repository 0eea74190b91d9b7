using Coppice.Cel.Types;

namespace Coppice.Cel.Schemas;

/// <summary>
/// The types that values of a schema have in expressions, with how large they can be: as the schema bounds it, or as much as fits into
/// a request. What a schema does not describe is not seen by expressions.
/// </summary>
public static class SchemaTypes
{
    // The smallest texts in JSON: "", 0, true, and moments and spans with their quotes.
    private const long TextMin = 2;
    private const long NumberMin = 1;
    private const long BooleanMin = 4;
    private const long DurationMin = 3;
    private const long DurationMax = 32;
    private const long DateSize = 12;
    private const long DateTimeMin = 21;
    private const long DateTimeMax = 32;

    // A character may take four bytes.
    private const long BytesPerCharacter = 4;

    private const long TextMax = CelLimits.RequestBytesMax - 2;

    /// <param name="name">What the type is called where it has no name of its own; fields are called by their path from there.</param>
    /// <param name="isResource">The root of an object, or an embedded one.</param>
    /// <returns>Null if expressions do not see such values.</returns>
    public static CelType? Of(CelSchema schema, string name, bool isResource) => Sized(schema, name, isResource)?.Type;

    /// <summary>How many values of a schema fit into a request at the most.</summary>
    internal static ulong TimesMax(CelSchema schema) => (ulong)(CelLimits.RequestBytesMax / ((Sized(schema, "", schema.IsEmbeddedResource)?.Min ?? 0) + 1));

    /// <summary>A type, and how many bytes a value of it takes at least.</summary>
    private sealed record Size(CelType Type, long Min);

    private static Size? Sized(CelSchema schema, string name, bool isResource)
    {
        if (schema.IsIntOrString)
        {
            return new(CelType.Dyn.WithSizeMax((ulong)(schema.MaxLength * BytesPerCharacter ?? TextMax)), 1);
        }

        var seen = isResource ? schema.AsResource() : schema;
        return seen.Type switch
        {
            "array" => List(seen, name),
            "object" when seen.AdditionalProperties is not null => Map(seen, seen.AdditionalProperties, name),
            "object" => Object(seen, name),
            "string" => Text(seen),
            "boolean" => new(CelType.Bool, BooleanMin),
            "number" => new(CelType.Double, NumberMin),
            "integer" => new(CelType.Int, NumberMin),
            _ => null,
        };
    }

    private static Size? List(CelSchema schema, string name)
    {
        if (schema.Items is not { } items || Sized(items, $"{name}.@idx", items.IsEmbeddedResource) is not { } element)
        {
            return null;
        }

        var most = schema.MaxItems ?? (CelLimits.RequestBytesMax - 2) / (element.Min + 1);
        return new(CelType.ListOf(element.Type, (ulong)most), 2);
    }

    private static Size? Map(CelSchema schema, CelSchema values, string name)
    {
        if (Sized(values, $"{name}.@elem", values.IsEmbeddedResource) is not { } value)
        {
            return null;
        }

        // Two characters of a key, its quotes, a colon and a comma.
        var most = schema.MaxProperties ?? (CelLimits.RequestBytesMax - 2) / (value.Min + 6);
        return new(CelType.MapOf(CelType.String, value.Type, (ulong)most), 2);
    }

    private static Size Object(CelSchema schema, string name)
    {
        var fields = new Dictionary<string, CelType>(StringComparer.Ordinal);
        long least = 2;
        foreach (var (jsonName, property) in schema.Properties ?? new Dictionary<string, CelSchema>())
        {
            var escaped = FieldNames.Escape(jsonName);
            if (Sized(property, $"{name}.{escaped ?? jsonName}", property.IsEmbeddedResource) is not { } field)
            {
                continue;
            }

            if (escaped is not null)
            {
                fields[escaped] = field.Type;
            }

            if (schema.Required.Contains(jsonName) && !property.HasDefault)
            {
                least += jsonName.Length + field.Min + 4;
            }
        }

        return new(CelType.Object(name, () => fields), least);
    }

    private static Size Text(CelSchema schema) => schema.Format switch
    {
        "byte" => new(CelType.Bytes.WithSizeMax((ulong)(schema.MaxLength ?? TextMax)), TextMin),
        "duration" => new(CelType.Duration.WithSizeMax((ulong)DurationMax), DurationMin),
        "date" => new(CelType.Timestamp.WithSizeMax((ulong)DateSize), DateSize),
        "date-time" => new(CelType.Timestamp.WithSizeMax((ulong)DateTimeMax), DateTimeMin),
        _ => new(CelType.String.WithSizeMax((ulong)(schema.MaxLength * BytesPerCharacter ?? schema.LongestEnum ?? TextMax)), TextMin),
    };
}
