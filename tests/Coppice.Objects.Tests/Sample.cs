namespace Coppice.Objects.Tests;

/// <summary>JSON in which every field of a type has a value that is not its default.</summary>
internal static class Sample
{
    // Schemas may contain themselves, as JSONSchemaProps does.
    private const int DepthLimit = 9;

    public static string Of(ObjectSchema schema, int depth = 0) =>
        $"{{{string.Join(',', schema.Fields.Select(f => $"\"{f.JsonName}\":{Of(f.Value, depth + 1)}"))}}}";

    private static string Of(ValueSchema value, int depth) => value.Shape switch
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
        ValueShape.List => $"[{Of(value.Element!, depth)}]",
        ValueShape.Map => $"{{\"key\":{Of(value.Element!, depth)}}}",
        _ => depth > DepthLimit ? "{}" : Of(value.Object, depth),
    };
}
