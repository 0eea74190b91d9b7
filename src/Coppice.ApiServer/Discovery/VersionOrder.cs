using System.Globalization;
using System.Text.RegularExpressions;

namespace Coppice.ApiServer.Discovery;

/// <summary>
/// The order in which versions of a group are preferred: v10, v2, v1, v11beta2, v10beta3, v3beta1, v12alpha1, and then whatever else, by
/// the alphabet.
/// </summary>
internal sealed partial class VersionOrder : IComparer<string>
{
    public static readonly VersionOrder Instance = new();

    private const int Stable = 2;

    /// <returns>Less than 0 if the first is preferred.</returns>
    public int Compare(string? x, string? y) => (Parse(x ?? ""), Parse(y ?? "")) switch
    {
        ({ } a, { } b) => b.CompareTo(a),
        ({ }, null) => -1,
        (null, { }) => 1,
        _ => string.CompareOrdinal(x, y),
    };

    private static (int Stability, int Major, int Minor)? Parse(string version)
    {
        var match = Form().Match(version);
        if (!match.Success || !TryNumber(match.Groups["major"], out var major))
        {
            return null;
        }

        var stage = match.Groups["stage"];
        if (!stage.Success)
        {
            return (Stable, major, 0);
        }

        return TryNumber(match.Groups["minor"], out var minor) ? (stage.Value == "beta" ? 1 : 0, major, minor) : null;
    }

    private static bool TryNumber(Group digits, out int number) =>
        int.TryParse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    [GeneratedRegex("^v(?<major>[1-9][0-9]*)((?<stage>alpha|beta)(?<minor>[1-9][0-9]*))?\\z")]
    private static partial Regex Form();
}
