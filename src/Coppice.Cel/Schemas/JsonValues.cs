using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.Cel.Libraries;
using Coppice.Cel.Values;

namespace Coppice.Cel.Schemas;

/// <summary>JSON as values of the language, without a schema: what it is is seen from the JSON. Nothing is read before it is asked for.</summary>
public static class JsonValues
{
    public static CelValue Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => new JsonMap(json, _ => null, isMap: true),
        JsonValueKind.Array => new JsonList(json, null),
        JsonValueKind.String => new StringValue(json.GetString()!),
        JsonValueKind.Number => json.TryGetInt64(out var number) ? IntValue.Of(number) : new DoubleValue(json.GetDouble()),
        JsonValueKind.True => BoolValue.True,
        JsonValueKind.False => BoolValue.False,
        _ => NullValue.Instance,
    };

    /// <summary>A value as JSON: times as text, bytes in base64.</summary>
    /// <param name="error">Why it is none: something in it is no JSON. Null if it is.</param>
    public static JsonNode? ToJson(CelValue value, out string? error)
    {
        error = null;
        switch (value)
        {
            case JsonMap { Json: var json }:
                return JsonObject.Create(json);
            case ListValue list:
                return ListToJson(list, out error);
            case MapValue map:
                return MapToJson(map, out error);
            case BoolValue flag:
                return JsonValue.Create(flag.Value);
            case IntValue number:
                return JsonValue.Create(number.Value);
            case UintValue number:
                return JsonValue.Create(number.Value);
            case DoubleValue number when double.IsFinite(number.Value):
                return JsonValue.Create(number.Value);
            case StringValue text:
                return JsonValue.Create(text.Value);
            case BytesValue bytes:
                return JsonValue.Create(Convert.ToBase64String(bytes.Value));
            case TimestampValue time:
                return JsonValue.Create(TimeText.Write(time));
            case DurationValue duration:
                return JsonValue.Create(TimeText.Write(duration));
            case NullValue:
                return null;
            default:
                error = $"{value.TypeName} is no JSON";
                return null;
        }
    }

    private static JsonArray ListToJson(ListValue list, out string? error)
    {
        error = null;
        var json = new JsonArray();
        foreach (var element in list.Elements())
        {
            json.Add(ToJson(element, out var wrong));
            error ??= wrong;
        }

        return json;
    }

    private static JsonObject MapToJson(MapValue map, out string? error)
    {
        error = null;
        var json = new JsonObject();
        foreach (var key in map.Keys)
        {
            if (key is not StringValue name)
            {
                error ??= $"map key is of type {key.TypeName}, not string";
            }
            else if (map.TryGet(key, out var found))
            {
                json[name.Value] = ToJson(found, out var wrong);
                error ??= wrong;
            }
        }

        return json;
    }
}

/// <summary>An object in JSON: one with fields, or a map.</summary>
/// <param name="find">The field's name in JSON and its schema by its name in expressions; null for what is not seen. Of a map, null for all.</param>
internal sealed class JsonMap(JsonElement json, Func<string, (string JsonName, CelSchema Schema)?> find, bool isMap, CelSchema? values = null) : MapValue
{
    private int _count = -1;

    public override int Count => _count >= 0 ? _count : _count = json.EnumerateObject().Count();

    public override IEnumerable<CelValue> Keys => json.EnumerateObject()
        .Select(property => isMap ? property.Name : FieldNames.Escape(property.Name) ?? property.Name)
        .Select(name => new StringValue(name));

    /// <summary>As it came, for who compares all of it.</summary>
    public JsonElement Json => json;

    public override bool TryGet(CelValue key, [NotNullWhen(true)] out CelValue? value)
    {
        value = null;
        return key is StringValue name && TryGetField(name.Value, out value);
    }

    public override bool TryGetField(string name, [NotNullWhen(true)] out CelValue? value)
    {
        value = null;
        var (jsonName, schema) = (name, values);
        if (!isMap)
        {
            if (find(name) is not { } field)
            {
                return false;
            }

            (jsonName, schema) = field;
        }

        if (!json.TryGetProperty(jsonName, out var found))
        {
            return false;
        }

        value = schema is null ? JsonValues.Of(found) : SchemaValues.Of(found, schema);
        return true;
    }

    public override bool EqualTo(CelValue other) =>
        other is JsonMap { Json: var theirs } && !isMap ? JsonElement.DeepEquals(json, theirs) : base.EqualTo(other);
}

/// <summary>A list in JSON.</summary>
internal sealed class JsonList(JsonElement json, CelSchema? items) : ListValue
{
    private CelValue?[]? _elements;

    public override int Count => json.GetArrayLength();

    public override CelValue this[int index]
    {
        get
        {
            _elements ??= new CelValue?[Count];
            return _elements[index] ??= items is null ? JsonValues.Of(json[index]) : SchemaValues.Of(json[index], items);
        }
    }
}
