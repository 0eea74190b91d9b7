using System.Text;
using System.Text.RegularExpressions;

namespace Coppice.ApiServer.Schemas;

/// <summary>
/// Regular expressions as Go reads them (RE2), which take time in proportion to the text and no more. Ours take no longer either; where
/// the two differ in what a sign means, it is written as ours has it.
/// </summary>
internal static class GoPattern
{
    private static readonly Dictionary<char, string> Classes = new()
    {
        ['d'] = "0-9",
        ['w'] = "0-9A-Za-z_",
        ['s'] = @"\t\n\f\r ",
    };

    /// <exception cref="ArgumentException">It is no regular expression, or one with what RE2 does not know.</exception>
    public static Regex Compile(string pattern) => new(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 8);
        var isInClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern.AsSpan(i);
            if (rest[0] == '\\' && rest.Length > 1)
            {
                text.Append(Escape(rest[1], isInClass));
                i++;
            }
            else if (isInClass && rest.StartsWith("[:") && rest.IndexOf(":]") is var end and > 0)
            {
                text.Append(Posix(rest[2..end]));
                i += end + 1;
            }
            else if (rest[0] == '[')
            {
                // In a class of ours an open bracket may take something away; in Go's it is a sign like any other.
                text.Append(isInClass ? @"\[" : "[");
                i += isInClass ? 0 : CopyStart(rest[1..], text);
                isInClass = true;
            }
            else
            {
                isInClass &= rest[0] != ']';
                i += CopySign(rest, isInClass, text);
            }
        }

        return text.ToString();
    }

    /// <summary>A bracket that closes stands for itself where a class begins.</summary>
    private static int CopyStart(ReadOnlySpan<char> rest, StringBuilder text)
    {
        var length = rest.StartsWith("^]") ? 2 : rest.StartsWith("]") || rest.StartsWith("^") ? 1 : 0;
        text.Append(rest[..length]).Replace("]", @"\]", text.Length - length, length);
        return length;
    }

    private static int CopySign(ReadOnlySpan<char> rest, bool isInClass, StringBuilder text)
    {
        if (!isInClass && rest.StartsWith("(?P<"))
        {
            text.Append("(?<");
            return "?P<".Length;
        }

        // Ours ends before a last line break, too.
        text.Append(rest[0] == '$' && !isInClass ? @"\z" : rest[..1]);
        return 0;
    }

    private static string Escape(char sign, bool isInClass) => sign switch
    {
        'd' or 'w' or 's' => isInClass ? Classes[sign] : $"[{Classes[sign]}]",
        'D' or 'W' or 'S' when !isInClass => $"[^{Classes[char.ToLowerInvariant(sign)]}]",
        'C' => @"[\s\S]",
        _ => $@"\{sign}",
    };

    private static string Posix(ReadOnlySpan<char> name) => name switch
    {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "ascii" => @"\x00-\x7F",
        "blank" => @"\t ",
        "cntrl" => @"\x00-\x1F\x7F",
        "digit" => "0-9",
        "graph" => "!-~",
        "lower" => "a-z",
        "print" => " -~",
        "punct" => @"!-/:-@\[-`{-~",
        "space" => @"\t\n\v\f\r ",
        "upper" => "A-Z",
        "word" => "0-9A-Za-z_",
        "xdigit" => "0-9A-Fa-f",
        _ => throw new ArgumentException($"invalid character class range: `[:{name}:]`"),
    };
}
