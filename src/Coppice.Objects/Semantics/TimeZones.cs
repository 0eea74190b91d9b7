using System.Diagnostics.CodeAnalysis;

namespace Coppice.Objects;

/// <summary>Time zones by the names that the IANA gives them, from the machine's own list.</summary>
public static class TimeZones
{
    private const int PartLengthMax = 14;

    /// <param name="error">In Kubernetes' words.</param>
    public static bool TryFind(string name, [NotNullWhen(true)] out TimeZoneInfo? zone, [NotNullWhen(false)] out string? error)
    {
        (zone, error) = (null, null);
        if (name.Length == 0)
        {
            error = "timeZone must be nil or non-empty string";
        }
        else if (string.Equals(name, "Local", StringComparison.OrdinalIgnoreCase))
        {
            error = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
        }
        else if (!name.Split('/').All(IsPart) || !(name == "UTC" || TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone)))
        {
            error = $"unknown time zone {name}";
        }
        else
        {
            zone ??= TimeZoneInfo.Utc;
        }

        return error is null;
    }

    /// <summary>A name is a path below the list's directory, and must not lead out of it.</summary>
    private static bool IsPart(string part) =>
        part.Length is > 0 and <= PartLengthMax
        && part is not ("." or "..")
        && part[0] != '-'
        && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+');
}
