using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>Lists seen as sets.</summary>
internal static class SetsLibrary
{
    private static readonly CelType List = CelType.ListOf(CelType.Parameter("T"));

    public static IEnumerable<Overload> Overloads =>
    [
        Global("sets.contains", "list_sets_contains_list", [List, List], CelType.Bool, a => BoolValue.Of(Contains((ListValue)a[0], (ListValue)a[1]))),
        Global("sets.intersects", "list_sets_intersects_list", [List, List], CelType.Bool, a => BoolValue.Of(Intersects((ListValue)a[0], (ListValue)a[1]))),
        Global("sets.equivalent", "list_sets_equivalent_list", [List, List], CelType.Bool,
            a => BoolValue.Of(Contains((ListValue)a[0], (ListValue)a[1]) && Contains((ListValue)a[1], (ListValue)a[0]))),
    ];

    private static bool Contains(ListValue all, ListValue some) => some.Elements().All(all.Contains);

    private static bool Intersects(ListValue one, ListValue other) => one.Elements().Any(other.Contains);
}
