using Coppice.Cel.Syntax;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>Values that may be none: <c>a.?b</c>, <c>a[?0]</c>, <c>orValue</c> and their like.</summary>
internal static class OptionalLibrary
{
    private static readonly CelType V = CelType.Parameter("V");
    private static readonly CelType K = CelType.Parameter("K");
    private static readonly CelType Optional = CelType.OptionalOf(V);
    private static readonly CelType List = CelType.ListOf(V);
    private static readonly CelType Map = CelType.MapOf(K, V);

    public static IEnumerable<Overload> Overloads =>
    [
        Global("optional.of", "optional_of", [V], Optional, a => OptionalValue.Of(a[0])),
        Global("optional.ofNonZeroValue", "optional_ofNonZeroValue", [V], Optional, a => IsZero(a[0]) ? OptionalValue.None : OptionalValue.Of(a[0])),
        Global("optional.none", "optional_none", [], Optional, _ => OptionalValue.None),
        Global("optional.unwrap", "optional_unwrap", [CelType.ListOf(Optional)], List, a => Unwrap((ListValue)a[0])),
        Member("unwrapOpt", "optional_unwrapOpt", [CelType.ListOf(Optional)], List, a => Unwrap((ListValue)a[0])),
        Member("hasValue", "optional_hasValue", [Optional], CelType.Bool, a => BoolValue.Of(((OptionalValue)a[0]).Value is not null)),
        Member("value", "optional_value", [Optional], V, a => ((OptionalValue)a[0]).Value ?? new ErrorValue("optional.none() dereference")),
        Member("or", "optional_or_optional", [Optional, Optional], Optional, a => ((OptionalValue)a[0]).Value is null ? a[1] : a[0]),
        Member("orValue", "optional_orValue_value", [Optional, V], V, a => ((OptionalValue)a[0]).Value ?? a[1]),
        Global(Operators.OptionalIndex, "list_optindex_optional_int", [List, CelType.Int], Optional, a => Find(a[0], a[1])),
        Global(Operators.OptionalIndex, "optional_list_optindex_optional_int", [CelType.OptionalOf(List), CelType.Int], Optional, FindInOptional),
        Global(Operators.OptionalIndex, "map_optindex_optional_value", [Map, K], Optional, a => Find(a[0], a[1])),
        Global(Operators.OptionalIndex, "optional_map_optindex_optional_value", [CelType.OptionalOf(Map), K], Optional, FindInOptional),
        Global(Operators.Index, "optional_list_index_int", [CelType.OptionalOf(List), CelType.Int], Optional, FindInOptional),
        Global(Operators.Index, "optional_map_index_value", [CelType.OptionalOf(Map), K], Optional, FindInOptional),
    ];

    private static ArrayList Unwrap(ListValue list) => new([.. list.Elements().OfType<OptionalValue>().Select(one => one.Value).OfType<CelValue>()]);

    private static CelValue FindInOptional(ReadOnlySpan<CelValue> a) => ((OptionalValue)a[0]).Value is { } inner ? Find(inner, a[1]) : OptionalValue.None;

    private static CelValue Find(CelValue container, CelValue key)
    {
        var found = container switch
        {
            ListValue list => StandardOperators.At(list, key),
            MapValue map => map.TryGet(key, out var value) ? value : null,
            _ => ErrorValue.NoSuchOverload,
        };
        return found is null || (container is ListValue && found is ErrorValue) ? OptionalValue.None : found is ErrorValue ? found : OptionalValue.Of(found);
    }

    private static bool IsZero(CelValue value) => value switch
    {
        NullValue => true,
        BoolValue flag => !flag.Value,
        NumberValue number => number.ToDouble() == 0,
        StringValue or BytesValue or ListValue or MapValue => value.Size == 0,
        DurationValue duration => duration.Nanos == 0,
        OptionalValue optional => optional.Value is null,
        _ => false,
    };
}
