using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Coppice.Cel.Patterns;

/// <summary>Writes a pattern of RE2's as one of .NET's that means the same, and refuses what RE2 refuses.</summary>
internal sealed class Re2Translation(string pattern)
{
    private const int RepeatMax = 1000;
    private const int DepthMax = 1000;

    private static readonly Dictionary<string, string> PosixClasses = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = @"\x00-\x7F",
        ["blank"] = @"\t ",
        ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    private readonly StringBuilder _out = new();

    // Whether lines have beginnings and ends, for each group that we are in.
    private readonly Stack<bool> _lines = new([false]);

    private int _at;

    // Whether there is something to repeat before this place, and whether it is repeated already.
    private bool _operand;
    private bool _repeated;

    public string Translate()
    {
        while (_at < pattern.Length)
        {
            Next();
        }

        return _lines.Count == 1 ? _out.ToString() : throw Wrong("missing closing )", pattern);
    }

    private static Re2SyntaxException Wrong(string what, string where) => new($"{what}: `{where}`");

    private char At(int at) => at < pattern.Length ? pattern[at] : '\0';

    private void Next()
    {
        var c = pattern[_at];
        switch (c)
        {
            case '(':
                Open();
                return;
            case ')':
                Close();
                return;
            case '[':
                _at++;
                Class();
                return;
            case '\\':
                Append(Escape(inClass: false));
                return;
            case '*' or '+' or '?':
                Repeat(c.ToString());
                return;
            case '{' when Regex.Match(pattern[_at..Math.Min(pattern.Length, _at + 24)], @"^\{(\d+)(,(\d*))?\}") is { Success: true } count:
                CheckCount(count);
                Repeat(count.Value);
                return;
            case '|':
                _at++;
                _out.Append('|');
                (_operand, _repeated) = (false, false);
                return;
            case '$':
                _at++;
                Append(_lines.Peek() ? "(?m:$)" : @"\z");
                return;
            case '^':
                _at++;
                Append(_lines.Peek() ? "(?m:^)" : @"\A");
                return;
            default:
                _at++;
                Append(c is '.' ? "." : Regex.Escape(c.ToString()));
                return;
        }
    }

    private void Append(string text)
    {
        _out.Append(text);
        (_operand, _repeated) = (true, false);
    }

    private static void CheckCount(Match count)
    {
        var most = count.Groups[3] is { Success: true, Length: > 0 } last ? last.Value : count.Groups[1].Value;
        foreach (var text in (ReadOnlySpan<string>)[count.Groups[1].Value, most])
        {
            if (text.Length > 4 || int.Parse(text, CultureInfo.InvariantCulture) > RepeatMax)
            {
                throw Wrong("invalid repeat count", count.Value);
            }
        }

        if (int.Parse(most, CultureInfo.InvariantCulture) < int.Parse(count.Groups[1].Value, CultureInfo.InvariantCulture))
        {
            throw Wrong("invalid repeat count", count.Value);
        }
    }

    private void Repeat(string sign)
    {
        if (!_operand)
        {
            throw Wrong("missing argument to repetition operator", sign);
        }

        if (_repeated)
        {
            throw Wrong("invalid nested repetition operator", sign);
        }

        _at += sign.Length;
        _out.Append(sign);
        if (At(_at) == '?')
        {
            _at++;
            _out.Append('?');
        }

        _repeated = true;
    }

    private void Open()
    {
        if (_lines.Count > DepthMax)
        {
            throw Wrong("expression nests too deeply", pattern);
        }

        _operand = false;
        if (At(_at + 1) != '?')
        {
            _at++;
            _out.Append('(');
            _lines.Push(_lines.Peek());
            return;
        }

        var rest = pattern[_at..];
        if (Regex.Match(rest, @"^\(\?P?<([A-Za-z0-9_]+)>") is { Success: true } name)
        {
            _at += name.Length;
            _out.Append($"(?<n{name.Groups[1].Value}>");
            _lines.Push(_lines.Peek());
            return;
        }

        var flags = Regex.Match(rest, @"^\(\?([ims]*)(-[ims]+)?([:)])");
        if (!flags.Success)
        {
            throw Wrong("invalid or unsupported Perl syntax", rest[..Math.Min(3, rest.Length)]);
        }

        var lines = (_lines.Peek() || flags.Groups[1].Value.Contains('m')) && !flags.Groups[2].Value.Contains('m');
        _at += flags.Length;
        _out.Append(flags.Value is "(?)" ? "(?:)" : flags.Value);
        if (flags.Groups[3].Value == ")")
        {
            _lines.Pop();
        }

        _lines.Push(lines);
    }

    private void Close()
    {
        if (_lines.Count == 1)
        {
            throw Wrong("unexpected )", pattern);
        }

        _at++;
        _lines.Pop();
        Append(")");
    }

    private void Class()
    {
        var start = _at - 1;
        _out.Append('[');
        if (At(_at) == '^')
        {
            _at++;
            _out.Append('^');
        }

        for (var first = true; first || At(_at) != ']'; first = false)
        {
            if (_at >= pattern.Length)
            {
                throw Wrong("missing closing ]", pattern[start..]);
            }

            _out.Append(ClassMember());
        }

        _at++;
        Append("]");
    }

    private string ClassMember()
    {
        var posix = Regex.Match(pattern[_at..Math.Min(pattern.Length, _at + 12)], @"^\[:(\^?)([a-z]+):\]");
        if (posix.Success)
        {
            _at += posix.Length;
            return posix.Groups[1].Length == 0 && PosixClasses.TryGetValue(posix.Groups[2].Value, out var members)
                ? members
                : throw Wrong("invalid character class range", posix.Value);
        }

        var low = Single();
        if (low.Length == 0 || At(_at) != '-' || At(_at + 1) is ']' or '\0')
        {
            return low.Length == 0 ? Escape(inClass: true) : low;
        }

        var from = _at;
        _at++;
        var high = Single();
        return high.Length == 0 ? throw Wrong("invalid character class range", pattern[from..]) : $"{low}-{high}";
    }

    /// <summary>One character of a class; empty if a class of its own stands there.</summary>
    private string Single()
    {
        var c = At(_at);
        if (c == '\\' && At(_at + 1) is 'd' or 'D' or 'w' or 'W' or 's' or 'S' or 'p' or 'P' or 'Q')
        {
            return "";
        }

        if (c == '\\')
        {
            return Escape(inClass: true);
        }

        _at++;
        return c is '[' or ']' or '^' or '-' ? $@"\{c}" : c.ToString();
    }

    private string Escape(bool inClass)
    {
        var from = _at;
        var c = At(_at + 1);
        _at += 2;
        switch (c)
        {
            case 'd' or 'w' or 's' or 'D' or 'W' or 'S':
                return Shorthand(c, inClass);
            case 'p' or 'P':
                return Category(c);
            case 'Q':
                var end = pattern.IndexOf(@"\E", _at, StringComparison.Ordinal);
                var literal = pattern[_at..(end < 0 ? pattern.Length : end)];
                _at = end < 0 ? pattern.Length : end + 2;
                return literal.Length == 0 ? "(?:)" : Regex.Escape(literal);
            case 'x':
                return Hex(from);
            case 'A' or 'z' or 'b' or 'B' when !inClass:
            case 'a' or 'f' or 't' or 'n' or 'r' or 'v':
                return $@"\{c}";
            case '0' or (>= '1' and <= '7') when c == '0' || At(_at) is >= '0' and <= '7':
                return Octal();
            case '\0':
                throw Wrong("trailing backslash at end of expression", "");
        }

        return char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c) ? $@"\{c}".Replace(@"\_", "_", StringComparison.Ordinal).Replace(@"\<", "<", StringComparison.Ordinal)
            : throw Wrong("invalid escape sequence", pattern[from..Math.Min(pattern.Length, _at)]);
    }

    private static string Shorthand(char c, bool inClass) => (c, inClass) switch
    {
        ('d', true) => "0-9",
        ('w', true) => "0-9A-Za-z_",
        ('s', true) => @"\t\n\f\r ",
        ('D', true) => @"\x00-/:-\uFFFF",
        ('W', true) => @"\x00-/:-@\[-\^`{-\uFFFF",
        ('S', true) => @"\x00-\x08\v\x0E-\x1F!-\uFFFF",
        ('d', false) => "[0-9]",
        ('w', false) => "[0-9A-Za-z_]",
        ('s', false) => @"[\t\n\f\r ]",
        ('D', false) => "[^0-9]",
        ('W', false) => "[^0-9A-Za-z_]",
        _ => @"[^\t\n\f\r ]",
    };

    private string Category(char sign)
    {
        var name = Regex.Match(pattern[_at..Math.Min(pattern.Length, _at + 40)], @"^(?:\{(\^?)([A-Za-z_]+)\}|([A-Z]))");
        if (!name.Success)
        {
            throw Wrong("invalid character class range", $@"\{sign}");
        }

        _at += name.Length;
        var negated = sign == 'P' != (name.Groups[1].Length > 0);
        return $@"\{(negated ? 'P' : 'p')}{{{(name.Groups[3].Success ? name.Groups[3].Value : name.Groups[2].Value)}}}";
    }

    private string Hex(int from)
    {
        var digits = Regex.Match(pattern[_at..Math.Min(pattern.Length, _at + 12)], @"^(?:\{([0-9A-Fa-f]{1,8})\}|([0-9A-Fa-f]{2}))");
        if (!digits.Success)
        {
            throw Wrong("invalid escape sequence", pattern[from..Math.Min(pattern.Length, _at)]);
        }

        _at += digits.Length;
        var text = digits.Groups[1].Success ? digits.Groups[1].Value : digits.Groups[2].Value;
        return Rune.TryCreate(uint.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), out var rune)
            ? string.Concat(rune.ToString().Select(unit => $@"\u{(int)unit:X4}"))
            : throw Wrong("invalid escape sequence", pattern[from.._at]);
    }

    private string Octal()
    {
        var from = _at - 1;
        while (_at < from + 3 && At(_at) is >= '0' and <= '7')
        {
            _at++;
        }

        var code = 0;
        foreach (var digit in pattern.AsSpan(from, _at - from))
        {
            code = code * 8 + (digit - '0');
        }

        return $@"\u{code:X4}";
    }
}
