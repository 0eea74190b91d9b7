using Coppice.Cel.Types;
using Coppice.Cel.Values;

namespace Coppice.Cel.Costs;

/// <summary>What one call has cost.</summary>
internal delegate ulong CallCost(ReadOnlySpan<CelValue> arguments, CelValue result);

/// <summary>
/// What calls cost when they are made, in Kubernetes' numbers: 1 for what takes the same time always, otherwise by the sizes of what is
/// gone through. Estimates made before that must never be below.
/// </summary>
internal static class RuntimeCosts
{
    /// <summary>Of going through one character.</summary>
    public const double Character = 0.1;

    /// <summary>Of one character of a regular expression: about every fourth begins a part of it.</summary>
    public const double PatternCharacter = 0.25;

    /// <summary>Of asking who may do what: an expression can afford two or three.</summary>
    public const ulong Authorization = 350_000;

    /// <summary>As long as the longest pattern of a named format.</summary>
    public const int FormatPatternSize = 254;

    public static CallCost Of(Overload overload) => OfStandard(overload.Id) ?? OfLibraries(overload.Function, overload.Id) ?? ((_, _) => 1);

    private static CallCost? OfStandard(string id) => id switch
    {
        "starts_with_string" or "ends_with_string" => (a, _) => Traverse(a[1].Size),
        "string_to_bytes" or "bytes_to_string" => (a, _) => Traverse(a[0].Size),
        "in_list" => (a, _) => (ulong)a[1].Size,
        "equals" or "not_equals" or "less_string" or "less_equals_string" or "greater_string" or "greater_equals_string"
            or "less_bytes" or "less_equals_bytes" or "greater_bytes" or "greater_equals_bytes" => (a, _) => Traverse(Math.Min(a[0].Size, a[1].Size)),
        "add_string" or "add_bytes" => (a, _) => Traverse(a[0].Size + a[1].Size),
        "matches" or "matches_string" or "string_find_string" or "string_find_all_string" or "string_find_all_string_int" => (a, _) => Match(a[0].Size, a[1].Size),
        "contains_string" => (a, _) => Traverse(a[0].Size) * Traverse(a[1].Size),
        _ => null,
    };

    private static CallCost? OfLibraries(string function, string id) => function switch
    {
        "check" => (_, _) => Authorization,
        "isSorted" or "sum" or "max" or "min" or "indexOf" or "lastIndexOf" => (a, _) => Depth(a[0]),
        "url" or "lowerAscii" or "upperAscii" or "substring" or "trim" or "isURL" or "jsonpatch.escapeKey" => (a, _) => Traverse(a[0].Size),
        "replace" or "split" => (a, _) => Traverse(a[0].Size * 2),
        "join" => (_, result) => Traverse(result.Size * 2),
        "format" when id == "string_format" => (a, _) => Traverse(a[0].Size),
        "strings.quote" => (a, _) => Traverse(a[0].Size),
        "cidr" or "isIP" or "isCIDR" or "quantity" or "isQuantity" or "semver" or "isSemver" => (a, _) => Traverse(a[0].Size),
        "ip" when id != "cidr_ip" => (a, _) => Traverse(a[0].Size),
        "ip.isCanonical" => (a, _) => Traverse(a[0].Size * 2),
        "containsIP" => (a, _) => Traverse(a[0].Size * 2) + (id == "cidr_contains_ip_string" ? Traverse(a[1].Size) : 0),
        "containsCIDR" => (a, _) => Traverse(a[0].Size * 2) + Traverse(a[0].Size) + 1 + (id == "cidr_contains_cidr_string" ? Traverse(a[1].Size) : 0),
        "validate" => (a, _) => Match(a[1].Size, FormatPatternSize),
        "sets.contains" or "sets.intersects" => (a, _) => 1 + (ulong)a[0].Size * (ulong)a[1].Size,
        "sets.equivalent" => (a, _) => 1 + (ulong)a[0].Size * (ulong)a[1].Size * 2,
        _ => null,
    };

    /// <summary>What going through so many characters costs.</summary>
    public static ulong Traverse(long characters) => (ulong)Math.Ceiling(characters * Character);

    /// <summary>Going through a value to its bottom.</summary>
    private static ulong Depth(CelValue value) => value switch
    {
        StringValue or BytesValue => (ulong)(value.Size * Character),
        ListValue list => list.Elements().Aggregate(0UL, (sum, element) => sum + Depth(element)),
        MapValue map => map.Keys.Aggregate(0UL, (sum, key) => sum + Depth(key) + (map.TryGet(key, out var found) ? Depth(found) : 0)),
        _ => 1,
    };

    private static ulong Match(long text, long pattern) => Traverse(text + 1) * (ulong)Math.Ceiling(pattern * PatternCharacter);
}
