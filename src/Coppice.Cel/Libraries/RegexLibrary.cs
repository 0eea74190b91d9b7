using Coppice.Cel.Patterns;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>What of a string a pattern matches.</summary>
internal static class RegexLibrary
{
    private static readonly CelType Texts = CelType.ListOf(CelType.String);

    public static IEnumerable<Overload> Overloads =>
    [
        Member("find", "string_find_string", [CelType.String, CelType.String], CelType.String, Find),
        Member("findAll", "string_find_all_string", [CelType.String, CelType.String], Texts, a => FindAll(a[0], a[1], -1)),
        Member("findAll", "string_find_all_string_int", [CelType.String, CelType.String, CelType.Int], Texts, a => FindAll(a[0], a[1], ((IntValue)a[2]).Value)),
    ];

    private static CelValue Find(ReadOnlySpan<CelValue> a) => !Re2Pattern.TryMake(((StringValue)a[1]).Value, out var regex, out var error)
        ? new ErrorValue($"Illegal regex: {error}")
        : new StringValue(regex.Match(((StringValue)a[0]).Value).Value);

    private static CelValue FindAll(CelValue text, CelValue pattern, long limit)
    {
        if (!Re2Pattern.TryMake(((StringValue)pattern).Value, out var regex, out var error))
        {
            return new ErrorValue($"Illegal regex: {error}");
        }

        var found = new List<CelValue>();
        for (var match = regex.Match(((StringValue)text).Value); match.Success && found.Count != limit; match = match.NextMatch())
        {
            found.Add(new StringValue(match.Value));
        }

        return new ArrayList(found);
    }
}
