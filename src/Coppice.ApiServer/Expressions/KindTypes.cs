using Coppice.Cel.Schemas;
using Coppice.Cel.Types;
using Coppice.Objects;

namespace Coppice.ApiServer.Expressions;

/// <summary>The types that objects of a kind have in expressions.</summary>
internal static class KindTypes
{
    public static CelType Of(Kind kind) => Of(kind.Schema, kind.Name);

    private static CelType Of(ObjectSchema schema, string name)
    {
        // Made when it is first asked for: some kinds contain their like.
        IReadOnlyDictionary<string, CelType>? fields = null;
        return CelType.Object(name, () => fields ??= schema.Fields
            .Select(field => (Name: FieldNames.Escape(field.JsonName), field.Value))
            .Where(field => field.Name is not null)
            .ToDictionary(field => field.Name!, field => Of(field.Value, $"{name}.{field.Name}"), StringComparer.Ordinal));
    }

    private static CelType Of(ValueSchema value, string name) => value.Shape switch
    {
        ValueShape.String or ValueShape.Quantity => CelType.String,
        ValueShape.Boolean => CelType.Bool,
        ValueShape.Int32 or ValueShape.Int64 => CelType.Int,
        ValueShape.Number => CelType.Double,
        ValueShape.Time or ValueShape.MicroTime => CelType.Timestamp,
        ValueShape.Bytes => CelType.Bytes,
        ValueShape.Object when value.Object.KeepsUnknown => CelType.Dyn,
        ValueShape.Object => Of(value.Object, name),
        ValueShape.List => CelType.ListOf(Of(value.Element!, $"{name}.@idx")),
        ValueShape.Map => CelType.MapOf(CelType.String, Of(value.Element!, $"{name}.@elem")),
        _ => CelType.Dyn,
    };
}
