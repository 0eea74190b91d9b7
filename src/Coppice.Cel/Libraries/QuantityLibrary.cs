using Coppice.Cel.Types;
using Coppice.Cel.Values;
using Coppice.Objects;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>An amount, as in "500m".</summary>
internal sealed class QuantityValue(Quantity quantity) : OpaqueValue(TypeText)
{
    public const string TypeText = "kubernetes.Quantity";

    public Quantity Quantity => quantity;

    public override bool EqualTo(CelValue other) => other is QuantityValue value && value.Quantity == quantity;
}

/// <summary>Amounts: read, compared, added.</summary>
internal static class QuantityLibrary
{
    private static readonly CelType Type = CelType.Opaque(QuantityValue.TypeText);

    public static IEnumerable<Overload> Overloads =>
    [
        Global("quantity", "string_to_quantity", [CelType.String], Type, a => Quantity.TryParse(((StringValue)a[0]).Value, out var read)
            ? new QuantityValue(read)
            : new ErrorValue("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")),
        Global("isQuantity", "is_quantity_string", [CelType.String], CelType.Bool, a => BoolValue.Of(Quantity.TryParse(((StringValue)a[0]).Value, out _))),
        Member("sign", "quantity_sign", [Type], CelType.Int, a => IntValue.Of(Of(a[0]).IsZero ? 0 : Of(a[0]).IsNegative ? -1 : 1)),
        Member("isInteger", "quantity_is_integer", [Type], CelType.Bool, a => BoolValue.Of(IsInteger(Of(a[0])))),
        Member("asInteger", "quantity_as_integer", [Type], CelType.Int, a => IsInteger(Of(a[0])) ? IntValue.Of(Of(a[0]).Value) : new ErrorValue("cannot convert value to integer")),
        Member("asApproximateFloat", "quantity_as_float", [Type], CelType.Double, a => new DoubleValue(Of(a[0]).ToDouble())),
        Member("isGreaterThan", "quantity_is_greater_than", [Type, Type], CelType.Bool, a => BoolValue.Of(Of(a[0]) > Of(a[1]))),
        Member("isLessThan", "quantity_is_less_than", [Type, Type], CelType.Bool, a => BoolValue.Of(Of(a[0]) < Of(a[1]))),
        Member("compareTo", "quantity_compare_to", [Type, Type], CelType.Int, a => IntValue.Of(Math.Sign(Of(a[0]).CompareTo(Of(a[1]))))),
        Member("add", "quantity_add", [Type, Type], Type, a => new QuantityValue(Of(a[0]) + Of(a[1]))),
        Member("add", "quantity_add_int", [Type, CelType.Int], Type, a => new QuantityValue(Of(a[0]) + Quantity.FromUnits(((IntValue)a[1]).Value))),
        Member("sub", "quantity_sub", [Type, Type], Type, a => new QuantityValue(Of(a[0]) - Of(a[1]))),
        Member("sub", "quantity_sub_int", [Type, CelType.Int], Type, a => new QuantityValue(Of(a[0]) - Quantity.FromUnits(((IntValue)a[1]).Value))),
    ];

    private static Quantity Of(CelValue value) => ((QuantityValue)value).Quantity;

    private static bool IsInteger(Quantity quantity) => Quantity.FromUnits(quantity.Value) == quantity;
}
