namespace Coppice.Cel.Syntax;

/// <summary>Cuts the text of an expression into tokens. What is none is told of and passed over.</summary>
internal sealed class Lexer(Source source, CelIssues issues)
{
    private static readonly string[] Symbols =
        ["==", "!=", "<=", ">=", "&&", "||", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":", "+", "*", "/", "%", "<", ">"];

    private static readonly string[] Words = ["in", "true", "false", "null"];

    private readonly string _text = source.Text;

    private int _at;

    public List<Token> Read()
    {
        var tokens = new List<Token>();
        while (SkipBlank())
        {
            if (Next() is { } token)
            {
                tokens.Add(token);
            }
        }

        tokens.Add(new(TokenKind.End, _text.Length, "<EOF>"));
        return tokens;
    }

    private char At(int offset) => offset < _text.Length ? _text[offset] : '\0';

    /// <returns>False at the end.</returns>
    private bool SkipBlank()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] is ' ' or '\t' or '\r' or '\n' or '\f')
            {
                _at++;
            }
            else if (_text[_at] == '/' && At(_at + 1) == '/')
            {
                var end = _text.IndexOf('\n', _at);
                _at = end < 0 ? _text.Length : end;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    private Token? Next()
    {
        var c = _text[_at];
        if (StringStart(_at) is { } start)
        {
            return ReadString(start);
        }

        if (char.IsAsciiLetter(c) || c == '_')
        {
            return ReadWord();
        }

        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(At(_at + 1))))
        {
            return ReadNumber();
        }

        if (c == '`' && EscapedLength() is var length && length > 2)
        {
            return Take(TokenKind.EscapedIdentifier, length) with { Text = _text.Substring(_at - length + 1, length - 2) };
        }

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(_text, _at, symbol, 0, symbol.Length) == 0)
            {
                return Take(TokenKind.Symbol, symbol.Length);
            }
        }

        // A sign that could have begun an operator is told of with what came where its other half should be.
        var wrong = c is '&' or '|' or '=' && _at + 1 < _text.Length ? 2 : char.IsHighSurrogate(c) && char.IsLowSurrogate(At(_at + 1)) ? 2 : 1;
        return Wrong(_at, wrong);
    }

    private Token? Wrong(int from, int length)
    {
        issues.Add(from, $"Syntax error: token recognition error at: '{_text.Substring(from, length)}'");
        _at = from + length;
        return null;
    }

    private Token Take(TokenKind kind, int length)
    {
        var token = new Token(kind, _at, _text.Substring(_at, length));
        _at += length;
        return token;
    }

    private Token ReadWord()
    {
        var end = _at;
        while (char.IsAsciiLetterOrDigit(At(end)) || At(end) == '_')
        {
            end++;
        }

        var word = Take(TokenKind.Identifier, end - _at);
        return Words.Contains(word.Text) ? word with { Kind = TokenKind.Symbol } : word;
    }

    private int EscapedLength()
    {
        var end = _at + 1;
        while (char.IsAsciiLetterOrDigit(At(end)) || At(end) is '_' or '.' or '-' or '/' or ' ')
        {
            end++;
        }

        return At(end) == '`' ? end + 1 - _at : 0;
    }

    private Token ReadNumber()
    {
        var end = _at;
        if (_text[_at] == '0' && At(_at + 1) == 'x' && char.IsAsciiHexDigit(At(_at + 2)))
        {
            end += 2;
            while (char.IsAsciiHexDigit(At(end)))
            {
                end++;
            }

            return At(end) is 'u' or 'U' ? Take(TokenKind.Uint, end + 1 - _at) : Take(TokenKind.Int, end - _at);
        }

        end = SkipDigits(end);
        var fraction = At(end) == '.' && char.IsAsciiDigit(At(end + 1));
        if (fraction)
        {
            end = SkipDigits(end + 1);
        }

        var digits = At(end) is 'e' or 'E' ? end + (At(end + 1) is '+' or '-' ? 2 : 1) : -1;
        if (digits > 0 && char.IsAsciiDigit(At(digits)))
        {
            return Take(TokenKind.Double, SkipDigits(digits) - _at);
        }

        return fraction ? Take(TokenKind.Double, end - _at)
            : At(end) is 'u' or 'U' ? Take(TokenKind.Uint, end + 1 - _at)
            : Take(TokenKind.Int, end - _at);
    }

    private int SkipDigits(int from)
    {
        while (char.IsAsciiDigit(At(from)))
        {
            from++;
        }

        return from;
    }

    /// <summary>Where the quotes of a string that begins here are, after its prefixes; null if none begins.</summary>
    private int? StringStart(int at)
    {
        var quote = at;
        while (quote < at + 2 && At(quote) is 'r' or 'R' or 'b' or 'B')
        {
            quote++;
        }

        var twice = quote == at + 2 && char.ToLowerInvariant(_text[at]) == char.ToLowerInvariant(_text[at + 1]);
        return At(quote) is '"' or '\'' && !twice ? quote : null;
    }

    private Token? ReadString(int quote)
    {
        var prefix = _text[_at..quote];
        var raw = prefix.Contains('r', StringComparison.OrdinalIgnoreCase);
        var mark = _text[quote];
        var triple = At(quote + 1) == mark && At(quote + 2) == mark;
        var at = quote + (triple ? 3 : 1);
        for (; at < _text.Length; at++)
        {
            if (_text[at] == mark && (!triple || (At(at + 1) == mark && At(at + 2) == mark)))
            {
                var kind = prefix.Contains('b', StringComparison.OrdinalIgnoreCase) ? TokenKind.Bytes : TokenKind.String;
                return Take(kind, at + (triple ? 3 : 1) - _at);
            }

            if (!triple && _text[at] is '\n' or '\r')
            {
                break;
            }

            if (_text[at] == '\\' && !raw)
            {
                var escape = StringLiteral.EscapeLength(_text, at);
                if (escape == 0)
                {
                    return Wrong(_at, Math.Min(at + 2, _text.Length) - _at);
                }

                at += escape - 1;
            }
        }

        return Wrong(_at, at - _at);
    }
}
