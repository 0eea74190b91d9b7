using System.Globalization;
using System.Text;
using Coppice.ApiServer.Errors;

namespace Coppice.ApiServer.Requests;

/// <summary>In whose name fields are set.</summary>
internal static class FieldManagers
{
    /// <summary>In bytes.</summary>
    private const int NameBytesMax = 128;

    /// <summary>A client that does not say who it is goes by its program's name: what its User-Agent has before the first slash.</summary>
    public static string OfUserAgent(string? userAgent)
    {
        var program = userAgent.AsSpan();
        program = program.IndexOf('/') is >= 0 and var slash ? program[..slash] : program;
        if (program.Length <= NameBytesMax && !program.ContainsAnyExceptInRange(' ', '~'))
        {
            return program.ToString();
        }

        var name = new StringBuilder();
        var bytes = 0;
        foreach (var rune in program.ToString().EnumerateRunes().Where(IsPrintable))
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > NameBytesMax)
            {
                break;
            }

            name.Append(rune);
        }

        return name.ToString();
    }

    /// <summary>Everything that is wrong with the name that a client gives itself.</summary>
    public static IEnumerable<FieldError> Errors(string? name)
    {
        var path = FieldPath.Of("fieldManager");
        if (name is null)
        {
            yield break;
        }

        if (Encoding.UTF8.GetByteCount(name) > NameBytesMax)
        {
            yield return FieldError.TooLong(path, NameBytesMax);
        }

        // One for each, as Kubernetes has it.
        foreach (var _ in name.EnumerateRunes().Where(rune => !IsPrintable(rune)))
        {
            yield return FieldError.Invalid(path, name, "should only contain printable characters");
        }
    }

    /// <summary>As Go has it: letters, marks, numbers, punctuation, symbols, and of all spaces only the plain one.</summary>
    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
