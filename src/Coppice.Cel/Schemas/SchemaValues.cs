using System.Text.Json;
using Coppice.Cel.Libraries;
using Coppice.Cel.Values;

namespace Coppice.Cel.Schemas;

/// <summary>JSON as values of the language, as a schema says what it is.</summary>
public static class SchemaValues
{
    public static CelValue Of(JsonElement json, CelSchema schema)
    {
        if (json.ValueKind == JsonValueKind.Null)
        {
            return schema.Nullable ? NullValue.Instance : new ErrorValue("invalid data, got null for schema with nullable=false");
        }

        if (schema.IsIntOrString)
        {
            return json.ValueKind == JsonValueKind.String || (json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out _))
                ? JsonValues.Of(json)
                : new ErrorValue("invalid data, expected XIntOrString value to be either a string or integer");
        }

        return (schema.Type, json.ValueKind) switch
        {
            ("object", JsonValueKind.Object) => Object(json, schema),
            ("object", _) => new ErrorValue("invalid data, expected a map for the provided schema with type=object"),
            ("array", JsonValueKind.Array) when schema.Items is not null => List(json, schema, schema.Items),
            ("array", JsonValueKind.Array) => new ErrorValue("invalid array type, expected Items with a non-empty Schema"),
            ("array", _) => new ErrorValue("invalid data, expected an array for the provided schema with type=array"),
            ("string", JsonValueKind.String) => Text(json.GetString()!, schema.Format),
            ("string", _) => new ErrorValue($"invalid data, expected string, got {GoName(json)}"),
            ("number", JsonValueKind.Number) => new DoubleValue(json.GetDouble()),
            ("number", _) => new ErrorValue($"invalid data, expected float, got {GoName(json)}"),
            ("integer", JsonValueKind.Number) when json.TryGetInt64(out var number) => IntValue.Of(number),
            ("integer", _) => new ErrorValue($"invalid data, expected int, got {GoName(json)}"),
            ("boolean", JsonValueKind.True or JsonValueKind.False) => BoolValue.Of(json.ValueKind == JsonValueKind.True),
            ("boolean", _) => new ErrorValue($"invalid data, expected bool, got {GoName(json)}"),
            _ when schema.KeepsUnknown => JsonValues.Of(json),
            _ => new ErrorValue(
                $"invalid type, expected object, array, number, integer, boolean or string, or no type with x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got {schema.Type}"),
        };
    }

    /// <summary>The root of an object, with what every object has.</summary>
    public static CelValue OfResource(JsonElement json, CelSchema schema) => Of(json, schema.AsResource());

    private static CelValue Object(JsonElement json, CelSchema schema)
    {
        var seen = schema.IsEmbeddedResource ? schema.AsResource() : schema;
        if (seen.Properties is not null)
        {
            return new JsonMap(json, name => seen.Fields.TryGetValue(name, out var field) ? field : null, isMap: false);
        }

        return seen.AdditionalProperties is not null ? new JsonMap(json, _ => null, isMap: true, seen.AdditionalProperties)
            : seen.KeepsUnknown ? new JsonMap(json, _ => null, isMap: false)
            : new ErrorValue("invalid object type, expected either Properties or AdditionalProperties with Allows=true and non-empty Schema");
    }

    private static ListValue List(JsonElement json, CelSchema schema, CelSchema items)
    {
        var list = new JsonList(json, items);
        return schema.ListType switch
        {
            "set" => new SetList(list),
            "map" => new MapList(list, [.. schema.ListMapKeys.Select(key => FieldNames.Escape(key) ?? key)]),
            _ => list,
        };
    }

    private static CelValue Text(string text, string format)
    {
        switch (format)
        {
            case "duration":
                return TimeText.ReadDuration(text) is DurationValue duration ? duration : new ErrorValue($"Invalid duration {text}: time: invalid duration \"{text}\"");
            case "date":
                return TimeText.ReadTimestamp($"{text}T00:00:00Z") is TimestampValue date ? date : new ErrorValue($"Invalid date formatted string {text}: parsing time \"{text}\"");
            case "date-time":
                return TimeText.ReadTimestamp(text) is TimestampValue time ? time : new ErrorValue($"Invalid date-time formatted string {text}: unable to parse date-time");
            case "byte":
                var bytes = new byte[text.Length];
                return Convert.TryFromBase64String(text, bytes, out var length) ? new BytesValue(bytes[..length]) : new ErrorValue($"Invalid byte formatted string {text}: illegal base64 data");
            default:
                return new StringValue(text);
        }
    }

    private static string GoName(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => json.TryGetInt64(out _) ? "int64" : "float64",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "[]interface {}",
        _ => "map[string]interface {}",
    };
}
