using Coppice.Cel.Patterns;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>Sizes, and what is asked of strings.</summary>
internal static class StandardTexts
{
    private static readonly CelType A = CelType.Parameter("A");
    private static readonly CelType B = CelType.Parameter("B");

    private static readonly (string Name, CelType Type)[] Sized =
        [("string", CelType.String), ("bytes", CelType.Bytes), ("list", CelType.ListOf(A)), ("map", CelType.MapOf(A, B))];

    public static IEnumerable<Overload> Overloads =>
    [
        .. Sized.Select(one => Global("size", $"size_{one.Name}", [one.Type], CelType.Int, a => IntValue.Of(a[0].Size))),
        .. Sized.Select(one => Member("size", $"{one.Name}_size", [one.Type], CelType.Int, a => IntValue.Of(a[0].Size))),
        Test("contains", "contains_string", (text, part) => text.Contains(part, StringComparison.Ordinal)),
        Test("startsWith", "starts_with_string", (text, part) => text.StartsWith(part, StringComparison.Ordinal)),
        Test("endsWith", "ends_with_string", (text, part) => text.EndsWith(part, StringComparison.Ordinal)),
        Global("matches", "matches", [CelType.String, CelType.String], CelType.Bool, Matches),
        Member("matches", "matches_string", [CelType.String, CelType.String], CelType.Bool, Matches),
    ];

    private static Overload Test(string function, string id, Func<string, string, bool> holds) => Member(
        function, id, [CelType.String, CelType.String], CelType.Bool, a => BoolValue.Of(holds(((StringValue)a[0]).Value, ((StringValue)a[1]).Value)));

    private static CelValue Matches(ReadOnlySpan<CelValue> a) => !Re2Pattern.TryMake(((StringValue)a[1]).Value, out var pattern, out var error)
        ? new ErrorValue(error)
        : BoolValue.Of(pattern.IsMatch(((StringValue)a[0]).Value));
}
