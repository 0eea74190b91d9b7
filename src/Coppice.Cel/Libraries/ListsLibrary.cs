using Coppice.Cel.Syntax;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>Kubernetes' lists: their order, sums, extremes and places of elements.</summary>
internal static class ListsLibrary
{
    private static readonly CelType T = CelType.Parameter("T");

    private static readonly (string Name, CelType Type)[] Summed =
        [("int", CelType.Int), ("uint", CelType.Uint), ("double", CelType.Double), ("duration", CelType.Duration)];

    private static readonly (string Name, CelType Type)[] Ordered =
    [
        .. Summed, ("bool", CelType.Bool), ("string", CelType.String), ("bytes", CelType.Bytes), ("timestamp", CelType.Timestamp),
    ];

    private static readonly List<Overload> Additions = [.. StandardArithmetic.Overloads.Where(overload => overload.Function == Operators.Add)];

    public static IEnumerable<Overload> Overloads =>
    [
        .. Ordered.Select(one => Member("isSorted", $"list_{one.Name}_is_sorted_bool", [CelType.ListOf(one.Type)], CelType.Bool, a => IsSorted((ListValue)a[0]))),
        .. Summed.Select(one => Member("sum", $"list_{one.Name}_sum_{one.Name}", [CelType.ListOf(one.Type)], one.Type, a => Sum((ListValue)a[0], one.Type))),
        .. Ordered.Select(one => Member("min", $"list_{one.Name}_min_{one.Name}", [CelType.ListOf(one.Type)], one.Type, a => Extreme((ListValue)a[0], -1, "min"))),
        .. Ordered.Select(one => Member("max", $"list_{one.Name}_max_{one.Name}", [CelType.ListOf(one.Type)], one.Type, a => Extreme((ListValue)a[0], 1, "max"))),
        Member("indexOf", "list_a_index_of_int", [CelType.ListOf(T), T], CelType.Int, a => IntValue.Of(IndexOf((ListValue)a[0], a[1]))),
        Member("lastIndexOf", "list_a_last_index_of_int", [CelType.ListOf(T), T], CelType.Int, a => IntValue.Of(LastIndexOf((ListValue)a[0], a[1]))),
    ];

    private static CelValue IsSorted(ListValue list)
    {
        for (var i = 1; i < list.Count; i++)
        {
            if (StandardOperators.Compare(list[i - 1], list[i]) is not { } order)
            {
                return ErrorValue.NoSuchOverload;
            }

            if (order > 0)
            {
                return BoolValue.False;
            }
        }

        return BoolValue.True;
    }

    private static CelValue Sum(ListValue list, CelType type)
    {
        CelValue sum = type.Kind switch
        {
            CelKind.Int => IntValue.Of(0),
            CelKind.Uint => new UintValue(0),
            CelKind.Double => new DoubleValue(0),
            _ => new DurationValue(0),
        };
        if (list.Count > 0 && list[0] is UintValue or DoubleValue or DurationValue or IntValue)
        {
            sum = list[0] switch { UintValue => new UintValue(0), DoubleValue => new DoubleValue(0), DurationValue => new DurationValue(0), _ => IntValue.Of(0) };
        }

        foreach (var element in list.Elements())
        {
            sum = Additions.Find(addition => addition.Takes([sum, element])) is { } add ? add.Body([sum, element]) : element as ErrorValue ?? ErrorValue.NoSuchOverload;
            if (sum is ErrorValue)
            {
                return sum;
            }
        }

        return sum;
    }

    private static CelValue Extreme(ListValue list, int sign, string name)
    {
        if (list.Count == 0)
        {
            return new ErrorValue($"{name} called on empty list");
        }

        var found = list[0];
        foreach (var element in list.Elements())
        {
            if (StandardOperators.Compare(element, found) is not { } order)
            {
                return element as ErrorValue ?? ErrorValue.NoSuchOverload;
            }

            found = Math.Sign(order) == sign ? element : found;
        }

        return found;
    }

    private static int IndexOf(ListValue list, CelValue value)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].EqualTo(value))
            {
                return i;
            }
        }

        return -1;
    }

    private static int LastIndexOf(ListValue list, CelValue value)
    {
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (list[i].EqualTo(value))
            {
                return i;
            }
        }

        return -1;
    }
}
