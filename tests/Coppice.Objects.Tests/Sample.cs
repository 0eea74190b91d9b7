using System.Collections.Immutable;

namespace Coppice.Objects.Tests;

/// <summary>JSON in which every field of a type has a value that is not its default.</summary>
internal static class Sample
{
    public static string Of(ObjectSchema schema) => Of(schema, []);

    /// <param name="within">The schemas that it stands in: one that contains itself, as JSONSchemaProps does, is not gone into again.</param>
    private static string Of(ObjectSchema schema, ImmutableHashSet<ObjectSchema> within) =>
        $"{{{string.Join(',', schema.Fields.Select(f => $"\"{f.JsonName}\":{Of(f.Value, within.Add(schema))}"))}}}";

    private static string Of(ValueSchema value, ImmutableHashSet<ObjectSchema> within) => value.Shape switch
    {
        ValueShape.String => "\"text\"",
        ValueShape.Boolean => "true",
        ValueShape.Int32 or ValueShape.Int64 or ValueShape.IntOrString => "7",
        ValueShape.Number => "1.5",
        ValueShape.Time => "\"2024-05-06T07:08:09Z\"",
        ValueShape.MicroTime => "\"2024-05-06T07:08:09.000001Z\"",
        ValueShape.Quantity => "\"500m\"",
        ValueShape.Bytes => "\"aGVsbG8=\"",
        ValueShape.Any => "{\"any\":1}",
        ValueShape.List => $"[{Of(value.Element!, within)}]",
        ValueShape.Map => $"{{\"key\":{Of(value.Element!, within)}}}",
        _ => within.Contains(value.Object) ? "{}" : Of(value.Object, within),
    };
}
