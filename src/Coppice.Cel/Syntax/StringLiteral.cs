using System.Globalization;
using System.Text;

namespace Coppice.Cel.Syntax;

/// <summary>What a quoted string stands for.</summary>
internal static class StringLiteral
{
    /// <summary>How long the escape is that begins with the backslash there; 0 if it is none.</summary>
    public static int EscapeLength(string text, int at)
    {
        var next = at + 1 < text.Length ? text[at + 1] : '\0';
        return next switch
        {
            'a' or 'b' or 'f' or 'n' or 'r' or 't' or 'v' or '"' or '\'' or '\\' or '?' or '`' => 2,
            'x' or 'X' => HasHex(text, at + 2, 2) ? 4 : 0,
            'u' => HasHex(text, at + 2, 4) ? 6 : 0,
            'U' => HasHex(text, at + 2, 8) ? 10 : 0,
            >= '0' and <= '3' => IsOctal(text, at + 2) && IsOctal(text, at + 3) ? 4 : 0,
            _ => 0,
        };
    }

    /// <param name="literal">With its quotes and prefixes, as the lexer accepts it.</param>
    /// <returns>The text; null if an escape in it is no Unicode character.</returns>
    public static string? ReadText(string literal)
    {
        var (body, raw) = Unquote(literal);
        if (raw)
        {
            return body;
        }

        var text = new StringBuilder(body.Length);
        for (var at = 0; at < body.Length;)
        {
            if (body[at] != '\\')
            {
                text.Append(body[at++]);
                continue;
            }

            var length = EscapeLength(body, at);
            if (!Rune.TryCreate(Code(body.AsSpan(at, length)), out var rune))
            {
                return null;
            }

            text.Append(rune.ToString());
            at += length;
        }

        return text.ToString();
    }

    /// <summary>The same for bytes: an escape by numbers is a byte, everything else is UTF-8; null for an escape of a character's number.</summary>
    public static byte[]? ReadBytes(string literal)
    {
        var (body, raw) = Unquote(literal);
        var bytes = new List<byte>(body.Length);
        for (var at = 0; at < body.Length;)
        {
            if (body[at] == '\\' && !raw)
            {
                var length = EscapeLength(body, at);
                if (body[at + 1] is 'u' or 'U')
                {
                    return null;
                }

                bytes.Add((byte)Code(body.AsSpan(at, length)));
                at += length;
                continue;
            }

            var width = char.IsHighSurrogate(body[at]) && at + 1 < body.Length ? 2 : 1;
            bytes.AddRange(Encoding.UTF8.GetBytes(body, at, width));
            at += width;
        }

        return [.. bytes];
    }

    private static (string Body, bool Raw) Unquote(string literal)
    {
        var quote = literal.AsSpan().IndexOfAny('"', '\'');
        var raw = literal.AsSpan(0, quote).IndexOfAny('r', 'R') >= 0;
        var width = literal.Length - quote >= 6 && literal[quote + 1] == literal[quote] && literal[quote + 2] == literal[quote] ? 3 : 1;
        return (literal[(quote + width)..^width], raw);
    }

    private static int Code(ReadOnlySpan<char> escape) => escape[1] switch
    {
        'a' => '\a',
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\v',
        'x' or 'X' or 'u' => int.Parse(escape[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
        'U' => (int)Math.Min(uint.Parse(escape[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), int.MaxValue),
        >= '0' and <= '3' => (escape[1] - '0') * 64 + (escape[2] - '0') * 8 + (escape[3] - '0'),
        var itself => itself,
    };

    private static bool HasHex(string text, int from, int count)
    {
        for (var i = from; i < from + count; i++)
        {
            if (i >= text.Length || !char.IsAsciiHexDigit(text[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsOctal(string text, int at) => at < text.Length && text[at] is >= '0' and <= '7';
}
