using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Schemas;

/// <summary>What a schema asks of one value, without what is in it; in the words of Kubernetes' validation of OpenAPI schemas.</summary>
internal readonly struct ValueRules(string root, JsonElement value, JSONSchemaProps schema, FieldPath? path)
{
    private const string Integer = "integer";

    private FieldPath Path => path ?? FieldPath.Of("");

    private string Name => NameOf(path, root);

    /// <param name="types">Those that it may have; any, if there are none.</param>
    public Findings<FieldError> Type(IReadOnlyList<string> types)
    {
        var actual = TypeOf(value);
        if (types.Count == 0 || types.Contains(actual) || (value.ValueKind == JsonValueKind.Null && schema.Nullable))
        {
            return [];
        }

        // A number may be written with a point and still be whole; and a whole number is a number.
        if ((actual == "number" && types.Contains(Integer) && IsWhole(value.GetDouble())) || (actual == Integer && types.Contains("number")))
        {
            return [];
        }

        return [FieldError.TypeInvalid(Path, actual, $"{Name} in body must be of type {string.Join(',', types)}: {QuotedText.Of(actual)}")];
    }

    public Findings<FieldError> Text(Regex? pattern)
    {
        var errors = Findings<FieldError>.None;
        if (schema is { MaxLength: null, MinLength: null, Format: null } && pattern is null)
        {
            return errors;
        }

        var text = value.GetString()!;
        var length = text.EnumerateRunes().Count();
        if (length > schema.MaxLength)
        {
            errors.Add(FieldError.TooLong(Path, (int)schema.MaxLength));
        }

        if (length < schema.MinLength)
        {
            errors.Add(Wrong($"should be at least {schema.MinLength} chars long"));
        }

        if (pattern is not null && !pattern.IsMatch(text))
        {
            errors.Add(Wrong($"should match '{schema.Pattern}'"));
        }

        if (schema.Format is { } format && !StringFormats.Fits(format, text))
        {
            errors.Add(FieldError.TypeInvalid(Path, text, $"{Name} in body must be of type {format}: {QuotedText.Of(text)}"));
        }

        return errors;
    }

    public Findings<FieldError> Number()
    {
        var errors = Findings<FieldError>.None;
        if (schema is { MultipleOf: null, Maximum: null, Minimum: null, Format: null })
        {
            return errors;
        }

        var number = value.GetDouble();
        var isWhole = TypeOf(value) == Integer;
        if (schema.MultipleOf is { } factor && !IsWhole(factor < 1 ? 1 / factor * number : number / factor))
        {
            errors.Add(Wrong($"should be a multiple of {GoNumber.Of(factor, isWhole)}"));
        }

        if (schema.Maximum is { } most && (schema.ExclusiveMaximum ? number >= most : number > most))
        {
            errors.Add(Wrong($"should be less than {(schema.ExclusiveMaximum ? "" : "or equal to ")}{GoNumber.Of(most, isWhole)}"));
        }

        if (schema.Minimum is { } least && (schema.ExclusiveMinimum ? number <= least : number < least))
        {
            errors.Add(Wrong($"should be greater than {(schema.ExclusiveMinimum ? "" : "or equal to ")}{GoNumber.Of(least, isWhole)}"));
        }

        if (!FitsFormat(schema.Type, schema.Format, number, value))
        {
            // Kubernetes says this of a whole object, and so without a field.
            errors.Add(new FieldError(
                FieldErrorType.Invalid, "<nil>", "", $"Checked value must be of type {schema.Type} with format {schema.Format} in {Name}"));
        }

        return errors;
    }

    public Findings<FieldError> List()
    {
        var errors = Findings<FieldError>.None;
        if (schema is not { MinItems: null, MaxItems: null, UniqueItems: false })
        {
            var length = value.GetArrayLength();
            if (length < schema.MinItems)
            {
                errors.Add(FieldError.Invalid(Path, (long)length, $"{Name} in body should have at least {schema.MinItems} items"));
            }

            if (length > schema.MaxItems)
            {
                errors.Add(FieldError.TooMany(Path, length, (int)schema.MaxItems));
            }
        }

        return errors;
    }

    public Findings<FieldError> Enumeration()
    {
        if (schema.Enum.IsEmpty)
        {
            return [];
        }

        foreach (var allowed in schema.Enum)
        {
            if (JsonElement.DeepEquals(allowed.Element, value))
            {
                return [];
            }
        }

        var values = schema.Enum.Select(one => one.Element.ValueKind == JsonValueKind.String ? one.Element.GetString()! : one.Element.GetRawText());
        return [FieldError.NotSupported(Path, Shown(value), values)];
    }

    public Findings<FieldError> Size()
    {
        if (schema is { MinProperties: null, MaxProperties: null })
        {
            return [];
        }

        var count = value.GetPropertyCount();
        return count < schema.MinProperties
            ? [FieldError.Invalid(Path, schema.MinProperties, $"{Name} in body should have at least {schema.MinProperties} properties")]
            : count > schema.MaxProperties ? [FieldError.TooMany(Path, count, (int)schema.MaxProperties)] : [];
    }

    public FieldError Forbidden(string name) => FieldError.Invalid(Path, name, $"{Name}.{name} in body is a forbidden property");

    /// <summary>A field as messages name it: from the whole that is checked on.</summary>
    public static string NameOf(FieldPath? path, string root)
    {
        var full = path?.ToString() ?? "";
        return root.Length == 0 ? full : full[root.Length..].TrimStart('.');
    }

    /// <summary>A value as an error shows it.</summary>
    public static object? Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
        JsonValueKind.Null => null,
        _ => value,
    };

    private FieldError Wrong(string rule) => FieldError.Invalid(Path, Shown(value), $"{Name} in body {rule}");

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => value.TryGetInt64(out _) ? Integer : "number",
        _ => "null",
    };

    // As far as whole numbers are exact in what Go and JavaScript read.
    private static bool IsWhole(double number) => Math.Abs(number) <= 9007199254740991 && Math.Abs(number - Math.Round(number)) < 1e-9;

    private static bool FitsFormat(string? type, string? format, double number, JsonElement value) => (type, format) switch
    {
        (Integer, "int32") => number is >= int.MinValue and <= int.MaxValue,
        (Integer, "uint32") => number is >= uint.MinValue and <= uint.MaxValue,
        (Integer, "uint64") => value.TryGetUInt64(out _) || (number >= 0 && IsWhole(number)),
        ("number", "float" or "float32") => Math.Abs(number) <= float.MaxValue,
        _ => true,
    };
}
