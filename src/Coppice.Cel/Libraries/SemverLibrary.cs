using System.Globalization;
using System.Text.RegularExpressions;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>A version by semver.org: 1.2.3-beta.1.</summary>
internal sealed partial class SemverValue : OpaqueValue, IComparable<SemverValue>
{
    public const string TypeText = "kubernetes.Semver";

    private readonly string[] _before;

    private SemverValue(ulong major, ulong minor, ulong patch, string[] before)
        : base(TypeText)
    {
        (Major, Minor, Patch, _before) = (major, minor, patch, before);
    }

    public ulong Major { get; }

    public ulong Minor { get; }

    public ulong Patch { get; }

    public override bool EqualTo(CelValue other) => other is SemverValue version && version.CompareTo(this) == 0;

    public int CompareTo(SemverValue? other)
    {
        if (other is null)
        {
            return 1;
        }

        var order = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        return order != 0 ? order
            : _before.Length == 0 || other._before.Length == 0 ? other._before.Length.CompareTo(_before.Length)
            : Compare(_before, other._before);
    }

    /// <param name="lenient">A leading v, missing parts and leading zeros are taken.</param>
    public static CelValue Read(string text, bool lenient)
    {
        var parts = (lenient ? Lenient() : Strict()).Match(text);
        return parts.Success && Number("major", out var major) && Number("minor", out var minor) && Number("patch", out var patch)
            ? new SemverValue(major, minor, patch, parts.Groups["before"].Success ? parts.Groups["before"].Value.Split('.') : [])
            : new ErrorValue($"semver parse error: invalid version {text}");

        bool Number(string name, out ulong number) =>
            ulong.TryParse(parts.Groups[name] is { Success: true } part ? part.Value : "0", NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static int Compare(string[] mine, string[] theirs)
    {
        foreach (var (a, b) in mine.Zip(theirs))
        {
            var (left, right) = (ulong.TryParse(a, NumberStyles.None, CultureInfo.InvariantCulture, out var m), ulong.TryParse(b, NumberStyles.None, CultureInfo.InvariantCulture, out var n));
            var order = left && right ? m.CompareTo(n) : left != right ? (left ? -1 : 1) : string.CompareOrdinal(a, b);
            if (order != 0)
            {
                return order;
            }
        }

        return mine.Length.CompareTo(theirs.Length);
    }

    [GeneratedRegex(@"\A(?<major>0|[1-9]\d*)\.(?<minor>0|[1-9]\d*)\.(?<patch>0|[1-9]\d*)(?:-(?<before>(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\z", RegexOptions.ECMAScript)]
    private static partial Regex Strict();

    [GeneratedRegex(@"\Av?(?<major>\d+)(?:\.(?<minor>\d+))?(?:\.(?<patch>\d+))?(?:-(?<before>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\z", RegexOptions.ECMAScript)]
    private static partial Regex Lenient();
}

/// <summary>Versions: read and compared.</summary>
internal static class SemverLibrary
{
    private static readonly CelType Type = CelType.Opaque(SemverValue.TypeText);

    public static IEnumerable<Overload> Overloads =>
    [
        Global("semver", "string_to_semver", [CelType.String], Type, a => SemverValue.Read(((StringValue)a[0]).Value, lenient: false)),
        Global("semver", "string_bool_to_semver", [CelType.String, CelType.Bool], Type, a => SemverValue.Read(((StringValue)a[0]).Value, a[1] == BoolValue.True)),
        Global("isSemver", "is_semver_string", [CelType.String], CelType.Bool, a => BoolValue.Of(SemverValue.Read(((StringValue)a[0]).Value, lenient: false) is SemverValue)),
        Global("isSemver", "is_semver_string_bool", [CelType.String, CelType.Bool], CelType.Bool, a => BoolValue.Of(SemverValue.Read(((StringValue)a[0]).Value, a[1] == BoolValue.True) is SemverValue)),
        Part("major", "semver_major", version => version.Major),
        Part("minor", "semver_minor", version => version.Minor),
        Part("patch", "semver_patch", version => version.Patch),
        Member("isGreaterThan", "semver_is_greater_than", [Type, Type], CelType.Bool, a => BoolValue.Of(Compare(a[0], a[1]) > 0)),
        Member("isLessThan", "semver_is_less_than", [Type, Type], CelType.Bool, a => BoolValue.Of(Compare(a[0], a[1]) < 0)),
        Member("compareTo", "semver_compare_to", [Type, Type], CelType.Int, a => IntValue.Of(Math.Sign(Compare(a[0], a[1])))),
    ];

    private static int Compare(CelValue left, CelValue right) => ((SemverValue)left).CompareTo((SemverValue)right);

    private static Overload Part(string function, string id, Func<SemverValue, ulong> part) =>
        Member(function, id, [Type], CelType.Int, a => part((SemverValue)a[0]) is var number && number <= long.MaxValue ? IntValue.Of((long)number) : new ErrorValue("integer overflow"));
}
