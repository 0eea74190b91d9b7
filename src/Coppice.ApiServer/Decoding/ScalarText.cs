using System.Globalization;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Decoding;

/// <summary>What is wrong with texts that stand for something else, in the words of the Go packages that read them.</summary>
internal static class ScalarText
{
    public const string QuantityFormatError =
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

    public const string TimeLayout = "2006-01-02T15:04:05Z07:00";

    public const string MicroTimeLayout = "2006-01-02T15:04:05.000000Z07:00";

    // The parts of a time up to its fraction: how the layout writes them, what they are called, and their bounds.
    private static readonly (string Layout, string Name, int Least, int Most)[] TimeParts =
    [
        ("2006", "year", 0, 9999), ("-", "", 0, 0), ("01", "month", 1, 12), ("-", "", 0, 0), ("02", "day", 1, 31), ("T", "", 0, 0),
        ("15", "hour", 0, 23), (":", "", 0, 0), ("04", "minute", 0, 59), (":", "", 0, 0), ("05", "second", 0, 59),
    ];

    public static string? QuantityError(string text)
    {
        if (Quantity.TryParse(text, out _))
        {
            return null;
        }

        var number = text.AsSpan().TrimStart("+-").TrimStart("0123456789.");
        var isSuffix = number.Length < text.Length && !number.IsEmpty && number.TrimEnd("0123456789").TrimEnd("+-").TrimStart("eEinumkKMGTP").IsEmpty;
        return isSuffix ? "unable to parse quantity's suffix" : QuantityFormatError;
    }

    /// <summary>Checks RFC 3339 with any fraction.</summary>
    /// <param name="layout">The layout that the message names.</param>
    public static string? TimeError(string text, string layout)
    {
        var at = 0;
        foreach (var (part, name, least, most) in TimeParts)
        {
            if (at + part.Length > text.Length || !Matches(text.AsSpan(at, part.Length), part, name))
            {
                return CannotParse(text, layout, at, part);
            }

            if (name.Length > 0 && Number(text.AsSpan(at, part.Length)) is var number && (number < least || number > most))
            {
                return $"parsing time {QuotedText.Of(text)}: {name} out of range";
            }

            at += part.Length;
        }

        if (at < text.Length && text[at] is '.' or ',')
        {
            var digits = text.AsSpan(at + 1);
            at = digits.Length == digits.TrimStart("0123456789").Length ? at : text.Length - digits.TrimStart("0123456789").Length;
        }

        return ZoneError(text, layout, at)
            ?? (ApiTime.TryRead(text, out _) ? null : $"parsing time {QuotedText.Of(text)}: day out of range");
    }

    /// <summary>Checks standard base64 with its padding; line breaks are allowed anywhere.</summary>
    public static string? Base64Error(string text)
    {
        var digits = 0;
        var padding = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\r' or '\n')
            {
                continue;
            }

            var isPadding = text[i] == '=' && digits % 4 >= 2 && (digits + padding) % 4 != 0;
            if (!isPadding && (padding > 0 || !IsBase64(text[i])))
            {
                return IllegalBase64(i);
            }

            (digits, padding) = isPadding ? (digits, padding + 1) : (digits + 1, padding);
        }

        var rest = (digits + padding) % 4;
        return rest == 0 ? null : IllegalBase64(text.Length - (padding > 0 ? 0 : rest));
    }

    private static string IllegalBase64(int at) => $"illegal base64 data at input byte {at}";

    private static bool IsBase64(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '/';

    private static bool Matches(ReadOnlySpan<char> text, string part, string name) =>
        name.Length == 0 ? text.SequenceEqual(part) : text.TrimStart("0123456789").IsEmpty;

    private static int Number(ReadOnlySpan<char> digits) => int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string? ZoneError(string text, string layout, int at)
    {
        var zone = text.AsSpan(at);
        if (zone.StartsWith("Z"))
        {
            return zone.Length == 1 ? null : $"parsing time {QuotedText.Of(text)}: extra text: {QuotedText.Of(text[(at + 1)..])}";
        }

        var isOffset = zone.Length >= 6 && zone[0] is '+' or '-' && zone[3] == ':'
            && zone[1..3].TrimStart("0123456789").IsEmpty && zone[4..6].TrimStart("0123456789").IsEmpty
            && Number(zone[1..3]) <= 14 && Number(zone[4..6]) < 60;
        if (!isOffset)
        {
            return CannotParse(text, layout, at, "Z07:00");
        }

        return zone.Length == 6 ? null : $"parsing time {QuotedText.Of(text)}: extra text: {QuotedText.Of(text[(at + 6)..])}";
    }

    private static string CannotParse(string text, string layout, int at, string part) =>
        $"parsing time {QuotedText.Of(text)} as {QuotedText.Of(layout)}: cannot parse {QuotedText.Of(text[Math.Min(at, text.Length)..])} as {QuotedText.Of(part)}";
}
