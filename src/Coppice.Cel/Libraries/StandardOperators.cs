using Coppice.Cel.Syntax;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>The operators of the language: logic, equality, order, membership, indexes.</summary>
internal static class StandardOperators
{
    private static readonly CelType A = CelType.Parameter("A");
    private static readonly CelType B = CelType.Parameter("B");

    private static readonly CelType[] Numbers = [CelType.Int, CelType.Uint, CelType.Double];

    private static readonly (string Operator, string Name, Func<int, bool> Holds)[] Orders =
    [
        (Operators.Less, "less", order => order < 0),
        (Operators.LessOrEqual, "less_equals", order => order <= 0),
        (Operators.Greater, "greater", order => order > 0),
        (Operators.GreaterOrEqual, "greater_equals", order => order >= 0),
    ];

    public static IEnumerable<Overload> Overloads =>
    [
        Global(Operators.Conditional, "conditional", [CelType.Bool, A, A], A, Planned),
        Global(Operators.And, "logical_and", [CelType.Bool, CelType.Bool], CelType.Bool, Planned),
        Global(Operators.Or, "logical_or", [CelType.Bool, CelType.Bool], CelType.Bool, Planned),
        Global(Operators.NotStrictlyFalse, "not_strictly_false", [CelType.Bool], CelType.Bool, Planned),
        Global(Operators.Not, "logical_not", [CelType.Bool], CelType.Bool, a => BoolValue.Of(a[0] == BoolValue.False)),
        Global(Operators.Equal, "equals", [A, A], CelType.Bool, a => BoolValue.Of(a[0].EqualTo(a[1]))),
        Global(Operators.NotEqual, "not_equals", [A, A], CelType.Bool, a => BoolValue.Of(!a[0].EqualTo(a[1]))),
        .. Orders.SelectMany(OrderOf),
        Global(Operators.In, "in_list", [A, CelType.ListOf(A)], CelType.Bool, a => BoolValue.Of(((ListValue)a[1]).Contains(a[0]))),
        Global(Operators.In, "in_map", [A, CelType.MapOf(A, B)], CelType.Bool, a => BoolValue.Of(((MapValue)a[1]).TryGet(a[0], out _))),
        Global(Operators.Index, "index_list", [CelType.ListOf(A), CelType.Int], A, a => At((ListValue)a[0], a[1])),
        Global(Operators.Index, "index_map", [CelType.MapOf(A, B), A], B, a => At((MapValue)a[0], a[1])),
        Global(Operators.MapInsert, "@mapInsert_map_key_value", [CelType.MapOf(A, B), A, B], CelType.MapOf(A, B), a => ((GrowingMap)a[0]).Insert(a[1], a[2])),
        Global(Operators.MapInsert, "@mapInsert_map_map", [CelType.MapOf(A, B), CelType.MapOf(A, B)], CelType.MapOf(A, B), a => InsertAll((GrowingMap)a[0], (MapValue)a[1])),
    ];

    /// <summary>The element, or the error that there is none. A number that came as another type counts by its value.</summary>
    public static CelValue At(ListValue list, CelValue index) => IndexOf(index) is not { } at ? new ErrorValue($"unsupported index type '{index.TypeName}' in list")
        : at >= 0 && at < list.Count ? list[(int)at]
        : new ErrorValue($"index out of bounds: {at}");

    public static CelValue At(MapValue map, CelValue key) => map.TryGet(key, out var value) ? value : ErrorValue.NoSuchKey(ValueText.Of(key));

    private static long? IndexOf(CelValue index) => index switch
    {
        IntValue number => number.Value,
        UintValue { Value: <= long.MaxValue } number => (long)number.Value,
        DoubleValue number when Math.Truncate(number.Value) == number.Value && Math.Abs(number.Value) < 1e15 => (long)number.Value,
        _ => null,
    };

    private static CelValue InsertAll(GrowingMap into, MapValue from)
    {
        foreach (var key in from.Keys)
        {
            if (from.TryGet(key, out var value) && into.Insert(key, value) is ErrorValue error)
            {
                return error;
            }
        }

        return into;
    }

    /// <summary>What the planner makes nodes of and nobody calls.</summary>
    private static CelValue Planned(ReadOnlySpan<CelValue> arguments) => ErrorValue.NoSuchOverload;

    private static IEnumerable<Overload> OrderOf((string Operator, string Name, Func<int, bool> Holds) order)
    {
        CelType[] alike = [CelType.Bool, CelType.Int, CelType.Uint, CelType.Double, CelType.String, CelType.Bytes, CelType.Timestamp, CelType.Duration];
        var mixed = from left in Numbers from right in Numbers where left != right select (left, right);
        return alike.Select(type => Make(type, type, $"{order.Name}_{type.Name}"))
            .Concat(mixed.Select(pair => Make(pair.left, pair.right, $"{order.Name}_{Wide(pair.left)}_{Wide(pair.right)}")));

        Overload Make(CelType left, CelType right, string id) => Global(
            order.Operator, id, [left, right], CelType.Bool, a => BoolValue.Of(Compare(a[0], a[1]) is { } found && order.Holds(found)));
    }

    private static string Wide(CelType type) => type.Kind is CelKind.Double ? type.Name : $"{type.Name}64";

    /// <summary>Values of one type, or numbers; null for what is not a number.</summary>
    public static int? Compare(CelValue left, CelValue right) => (left, right) switch
    {
        (NumberValue a, NumberValue b) => NumberOrder.Compare(a, b),
        (StringValue a, StringValue b) => TextOrder.Compare(a.Value, b.Value),
        (BoolValue a, BoolValue b) => a.Value.CompareTo(b.Value),
        (BytesValue a, BytesValue b) => a.Value.AsSpan().SequenceCompareTo(b.Value),
        (TimestampValue a, TimestampValue b) => a.CompareTo(b),
        (DurationValue a, DurationValue b) => a.Nanos.CompareTo(b.Nanos),
        _ => null,
    };
}
