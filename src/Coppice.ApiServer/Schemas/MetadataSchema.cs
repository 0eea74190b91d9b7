using Coppice.Objects;
using Coppice.Objects.Apiextensions;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Schemas;

/// <summary>The metadata of an object inside of another, whatever the definition says of it: its fields are those of every object.</summary>
internal static class MetadataSchema
{
    public static StructuralSchema Whole { get; } = new(Of(RecordSchemas.Of<ObjectMeta>()));

    private static JSONSchemaProps Of(ObjectSchema type) => new()
    {
        Type = "object",
        Properties = new([.. type.Fields.Select(field => KeyValuePair.Create(field.JsonName, Of(field.Value)))]),
    };

    private static JSONSchemaProps Of(ValueSchema value) => value.Shape switch
    {
        ValueShape.Object => Of(value.Object),
        ValueShape.List => new() { Type = "array", Items = new(Of(value.Element!)) },
        ValueShape.Map => new() { Type = "object", AdditionalProperties = new(true, Of(value.Element!)) },
        ValueShape.Any => new() { Type = "object", XPreserveUnknownFields = true },
        _ => new(),
    };
}
