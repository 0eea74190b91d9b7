using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Coppice.Cel.Patterns;

/// <summary>
/// Patterns as Go reads them (RE2), made with a matcher that takes time by the text's length only. Two things differ, as text here is
/// kept in halves of characters: a dot is half of a character beyond the first plane, and <c>\b</c> sees letters of all scripts.
/// </summary>
public static class Re2Pattern
{
    // The expressions of a cluster name some hundred patterns; whoever makes them up as they go gets no memory for that.
    private const int KeptMax = 1000;
    private const int KeptLengthMax = 1000;

    private static readonly ConcurrentDictionary<string, Regex> Kept = new(StringComparer.Ordinal);

    /// <param name="error">In Go's words, as in <c>error parsing regexp: missing closing ): `(a`</c>.</param>
    public static bool TryMake(string pattern, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (Kept.TryGetValue(pattern, out regex))
        {
            return true;
        }

        try
        {
            regex = new Regex(new Re2Translation(pattern).Translate(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Re2SyntaxException wrong)
        {
            error = $"error parsing regexp: {wrong.Message}";
            return false;
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            error = $"error parsing regexp: invalid or unsupported syntax: `{pattern}`";
            return false;
        }

        if (Kept.Count < KeptMax && pattern.Length <= KeptLengthMax)
        {
            Kept[pattern] = regex;
        }

        return true;
    }
}

/// <summary>The pattern is none. Never leaves <see cref="Re2Pattern"/>.</summary>
internal sealed class Re2SyntaxException(string message) : Exception(message);
