using System.Buffers;
using System.Globalization;
using System.Text;

namespace Coppice.Objects;

/// <summary>Text in double quotes with escapes, as Go's %q writes it: all messages of Kubernetes quote this way.</summary>
public static class QuotedText
{
    public static string Of(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            Append(quoted, rune);
        }

        return quoted.Append('"').ToString();
    }

    /// <param name="utf8">What is no UTF-8 is written byte by byte.</param>
    public static string Of(ReadOnlySpan<byte> utf8)
    {
        var quoted = new StringBuilder(utf8.Length + 2).Append('"');
        while (utf8.Length > 0)
        {
            if (Rune.DecodeFromUtf8(utf8, out var rune, out var length) == OperationStatus.Done)
            {
                Append(quoted, rune);
                utf8 = utf8[length..];
            }
            else
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\x{utf8[0]:x2}");
                utf8 = utf8[1..];
            }
        }

        return quoted.Append('"').ToString();
    }

    private static void Append(StringBuilder quoted, Rune rune)
    {
        var escape = rune.Value switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\a' => "\\a",
            '\b' => "\\b",
            '\f' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\v' => "\\v",
            < 0x20 or 0x7F => $"\\x{rune.Value:x2}",
            > 0xFFFF when !IsPrintable(rune) => $"\\U{rune.Value:x8}",
            _ when !IsPrintable(rune) => $"\\u{rune.Value:x4}",
            _ => rune.ToString(),
        };
        quoted.Append(escape);
    }

    /// <summary>Of white space, Go counts only the plain space as printable.</summary>
    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
