using Coppice.Objects;

namespace Coppice.ApiServer.Decoding;

/// <summary>What Go calls the type of a value; its decoder's messages end with it.</summary>
internal static class GoType
{
    public const string Quantity = "resource.Quantity";

    public static string Of(ValueSchema schema) => schema.Shape switch
    {
        ValueShape.Boolean => "bool",
        ValueShape.Int32 or ValueShape.IntOrString => "int32",
        ValueShape.Int64 => "int64",
        ValueShape.Number => "float64",
        ValueShape.Quantity => Quantity,
        ValueShape.Bytes => "[]uint8",
        ValueShape.Any => "interface {}",
        ValueShape.Object => $"v1.{schema.Object.Name}",
        ValueShape.List => $"[]{Of(schema.Element!)}",
        ValueShape.Map when schema.Element!.Shape == ValueShape.Quantity => "v1.ResourceList",
        ValueShape.Map => $"map[string]{Of(schema.Element!)}",
        _ => "string",
    };
}
