using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects.Apiextensions;

/// <summary>The schema of a list's elements; or, which is refused, a schema for each.</summary>
[AnyJson]
[JsonConverter(typeof(JSONSchemaPropsOrArrayConverter))]
public sealed record JSONSchemaPropsOrArray(JSONSchemaProps? Schema, ValueList<JSONSchemaProps> JSONSchemas = default);

/// <summary>The schema of an object's other values; or whether there may be any.</summary>
[AnyJson]
[JsonConverter(typeof(JSONSchemaPropsOrBoolConverter))]
public sealed record JSONSchemaPropsOrBool(bool Allows, JSONSchemaProps? Schema = null);

internal sealed class JSONSchemaPropsOrArrayConverter : JsonConverter<JSONSchemaPropsOrArray>
{
    public override JSONSchemaPropsOrArray Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return new(JsonSerializer.Deserialize(ref reader, ApiJson.TypeInfo<JSONSchemaProps>()));
            case JsonTokenType.StartArray:
                return new(null, JsonSerializer.Deserialize(ref reader, ApiJson.TypeInfo<ValueList<JSONSchemaProps>>()));
            default:
                // As in Kubernetes, anything else is read as nothing.
                reader.Skip();
                return new(null);
        }
    }

    public override void Write(Utf8JsonWriter writer, JSONSchemaPropsOrArray value, JsonSerializerOptions options)
    {
        if (value.JSONSchemas.IsEmpty)
        {
            JsonSerializer.Serialize(writer, value.Schema!, ApiJson.TypeInfo<JSONSchemaProps>());
        }
        else
        {
            JsonSerializer.Serialize(writer, value.JSONSchemas, ApiJson.TypeInfo<ValueList<JSONSchemaProps>>());
        }
    }
}

internal sealed class JSONSchemaPropsOrBoolConverter : JsonConverter<JSONSchemaPropsOrBool>
{
    public override JSONSchemaPropsOrBool Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.StartObject => new(true, JsonSerializer.Deserialize(ref reader, ApiJson.TypeInfo<JSONSchemaProps>())),
        JsonTokenType.True => new(true),
        JsonTokenType.False => new(false),
        _ => throw new JsonException("boolean or JSON schema expected"),
    };

    public override void Write(Utf8JsonWriter writer, JSONSchemaPropsOrBool value, JsonSerializerOptions options)
    {
        if (value.Schema is { } schema)
        {
            JsonSerializer.Serialize(writer, schema, ApiJson.TypeInfo<JSONSchemaProps>());
        }
        else
        {
            writer.WriteBooleanValue(value.Allows);
        }
    }
}
