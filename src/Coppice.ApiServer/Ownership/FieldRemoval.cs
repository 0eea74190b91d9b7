using System.Text.Json;

namespace Coppice.ApiServer.Ownership;

/// <summary>Takes fields out of an object, with all that is below them.</summary>
internal static class FieldRemoval
{
    public static JsonElement Remove(JsonElement value, FieldSet fields, MergeShape shape) =>
        fields.IsEmpty ? value : JsonBuilding.Build(writer => Write(writer, value, fields, shape));

    // A map or list of which nothing is left is null, and so is what is whole and has fields taken out: nobody keeps it by its parts.
    private static void Write(Utf8JsonWriter writer, JsonElement value, FieldSet fields, MergeShape shape)
    {
        if (fields.IsEmpty)
        {
            value.WriteTo(writer);
            return;
        }

        switch (shape.For(value))
        {
            case Granularity.Whole when value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array):
                value.WriteTo(writer);
                break;
            case Granularity.Fields:
                WriteFields(writer, value, fields, shape);
                break;
            case Granularity.Set or Granularity.Keyed:
                WriteList(writer, value, fields, shape);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteFields(Utf8JsonWriter writer, JsonElement value, FieldSet fields, MergeShape shape)
    {
        var isOpen = false;
        foreach (var field in value.Fields())
        {
            var node = fields.Find(PathElement.Field(field.Name));
            if (node.IsMember)
            {
                continue;
            }

            if (!isOpen)
            {
                writer.WriteStartObject();
                isOpen = true;
            }

            writer.WritePropertyName(field.Name);
            Write(writer, field.Value, node.Below, shape.Field(field.Name));
        }

        if (isOpen)
        {
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private static void WriteList(Utf8JsonWriter writer, JsonElement value, FieldSet fields, MergeShape shape)
    {
        var isOpen = false;
        var granularity = shape.For(value);
        foreach (var element in value.Elements())
        {
            var node = ListSteps.Find(shape, granularity, element, out _) is { } step ? fields.Find(step) : default;
            if (node.IsMember)
            {
                continue;
            }

            if (!isOpen)
            {
                writer.WriteStartArray();
                isOpen = true;
            }

            Write(writer, element, node.Below ?? FieldSet.Empty, shape.Element);
        }

        if (isOpen)
        {
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
