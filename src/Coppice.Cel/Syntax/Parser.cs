using System.Globalization;
using Coppice.Cel.Values;

namespace Coppice.Cel.Syntax;

/// <summary>
/// Reads an expression by descent, a function a rule of the grammar. Macros are written out on the way (<see cref="Macros"/>). What is
/// nested or chained too deeply is refused, so that whatever walks the tree may recurse.
/// </summary>
internal sealed class Parser
{
    /// <summary>As in cel-go: how deep expressions, and chains of one operator, may go.</summary>
    private const int DepthMax = 250;

    /// <summary>As in cel-go: in characters.</summary>
    private const int CharactersMax = 100_000;

    private const string Beginnings = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
    };

    private readonly CelIssues _issues;

    private readonly List<Token> _tokens;

    private readonly Macros _macros;

    private int _at;

    private int _depth;

    private Parser(Source source, CelIssues issues)
    {
        _issues = issues;
        _tokens = new Lexer(source, issues).Read();
        _macros = new Macros(issues);
    }

    private Token Current => _tokens[_at];

    /// <returns>The tree; null if there is an issue.</returns>
    public static Expression? Parse(Source source, CelIssues issues)
    {
        var size = source.Text.EnumerateRunes().Count();
        if (size > CharactersMax)
        {
            issues.Add(source.Text.Length, $"expression code point size exceeds limit: size: {size}, limit {CharactersMax}");
            return null;
        }

        var parser = new Parser(source, issues);
        try
        {
            var expression = parser.ReadExpression();
            if (parser.Current.Kind != TokenKind.End)
            {
                // One token too many is told of as that; more are a mismatch.
                var one = parser._tokens[parser._at + 1].Kind == TokenKind.End;
                issues.Add(parser.Current.Offset, $"Syntax error: {(one ? "extraneous" : "mismatched")} input '{parser.Current.Shown}' expecting <EOF>");
            }

            return issues.Count == 0 ? expression : null;
        }
        catch (SyntaxException)
        {
            return null;
        }
    }

    private Expression ReadExpression()
    {
        using var level = Deeper();
        var condition = ReadLogical("||", Operators.Or, () => ReadLogical("&&", Operators.And, ReadRelation));
        if (!Current.Is("?"))
        {
            return condition;
        }

        var offset = Take().Offset;
        var yes = ReadLogical("||", Operators.Or, () => ReadLogical("&&", Operators.And, ReadRelation));
        Expect(":");
        return Call(offset, Operators.Conditional, condition, yes, ReadExpression());
    }

    /// <summary>Terms between one logical operator, put together as a balanced tree.</summary>
    private Expression ReadLogical(string symbol, string function, Func<Expression> read)
    {
        var terms = new List<Expression> { read() };
        var offsets = new List<int>();
        while (Current.Is(symbol))
        {
            offsets.Add(Take().Offset);
            terms.Add(read());
        }

        return offsets.Count == 0 ? terms[0] : Balance(0, offsets.Count - 1);

        Expression Balance(int low, int high)
        {
            var middle = (low + high + 1) / 2;
            var left = middle == low ? terms[middle] : Balance(low, middle - 1);
            var right = middle == high ? terms[middle + 1] : Balance(middle + 1, high);
            return Call(offsets[middle], function, left, right);
        }
    }

    private Expression ReadRelation() => ReadChain(ReadSum, token => token.Text switch
    {
        "<" => Operators.Less,
        "<=" => Operators.LessOrEqual,
        ">" => Operators.Greater,
        ">=" => Operators.GreaterOrEqual,
        "==" => Operators.Equal,
        "!=" => Operators.NotEqual,
        "in" => Operators.In,
        _ => null,
    });

    private Expression ReadSum() => ReadChain(ReadProduct, token => token.Text switch
    {
        "+" => Operators.Add,
        "-" => Operators.Subtract,
        _ => null,
    });

    private Expression ReadProduct() => ReadChain(ReadUnary, token => token.Text switch
    {
        "*" => Operators.Multiply,
        "/" => Operators.Divide,
        "%" => Operators.Modulo,
        _ => null,
    });

    private Expression ReadChain(Func<Expression> read, Func<Token, string?> operatorOf)
    {
        var before = _depth;
        var left = read();
        while (Current.Kind == TokenKind.Symbol && operatorOf(Current) is { } function)
        {
            CountLevel();
            var offset = Take().Offset;
            left = Call(offset, function, left, read());
        }

        _depth = before;
        return left;
    }

    private Expression ReadUnary()
    {
        var sign = Current;
        if (!sign.Is("!") && !sign.Is("-"))
        {
            return ReadMember(ReadPrimary());
        }

        var count = 0;
        while (Current.Is(sign.Text))
        {
            Take();
            count++;
        }

        if (sign.Is("-") && Current.Kind is TokenKind.Int or TokenKind.Double)
        {
            count--;
            var number = Take();
            var constant = ReadMember(ReadNumber(number with { Text = "-" + number.Text, Offset = _tokens[_at - 2].Offset }));
            return count % 2 == 0 ? constant : Call(sign.Offset, Operators.Negate, constant);
        }

        var operand = ReadMember(ReadPrimary());
        return count % 2 == 0 ? operand : Call(sign.Offset, sign.Is("!") ? Operators.Not : Operators.Negate, operand);
    }

    private Expression ReadMember(Expression target)
    {
        var before = _depth;
        while (true)
        {
            if (Current.Is("."))
            {
                CountLevel();
                target = ReadSelection(target);
            }
            else if (Current.Is("["))
            {
                CountLevel();
                var offset = Take().Offset;
                var optional = TakeIf("?");
                var index = ReadExpression();
                Expect("]");
                target = Call(offset, optional ? Operators.OptionalIndex : Operators.Index, target, index);
            }
            else
            {
                _depth = before;
                return target;
            }
        }
    }

    private Expression ReadSelection(Expression target)
    {
        var dot = Take().Offset;
        var optional = TakeIf("?");
        var name = Current;
        if (name.Kind is not (TokenKind.Identifier or TokenKind.EscapedIdentifier))
        {
            throw Mismatch(optional ? "{IDENTIFIER, ESC_IDENTIFIER}" : "{'?', IDENTIFIER, ESC_IDENTIFIER}");
        }

        Take();
        if (optional)
        {
            return Call(dot, Operators.OptionalSelect, target, new ConstantExpression(name.Offset, new StringValue(name.Text)));
        }

        if (name.Kind == TokenKind.Identifier && Current.Is("("))
        {
            var (open, arguments) = ReadArguments();
            return _macros.Expand(open, name.Text, target, arguments) ?? new CallExpression(open, name.Text, target, arguments);
        }

        return Current.Is("{") && name.Kind == TokenKind.Identifier && NameOf(target) is { } prefix
            ? ReadMessage($"{prefix}.{name.Text}")
            : new SelectExpression(dot, target, name.Text, testOnly: false);
    }

    private (int Open, List<Expression> Arguments) ReadArguments()
    {
        var open = Take().Offset;
        var arguments = new List<Expression>();
        if (!Current.Is(")"))
        {
            do
            {
                arguments.Add(ReadExpression());
            }
            while (TakeIf(","));
        }

        Expect(")");
        return (open, arguments);
    }

    private Expression ReadPrimary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Int or TokenKind.Uint or TokenKind.Double:
                return ReadNumber(token);
            case TokenKind.String:
                return StringLiteral.ReadText(token.Text) is { } text
                    ? new ConstantExpression(token.Offset, new StringValue(text))
                    : Invalid(token, "unable to unescape string");
            case TokenKind.Bytes:
                return StringLiteral.ReadBytes(token.Text) is { } bytes
                    ? new ConstantExpression(token.Offset, new BytesValue(bytes))
                    : Invalid(token, "unable to unescape string");
            case TokenKind.Identifier:
                return ReadName(token, "");
            case TokenKind.Symbol when token.Text == "." && Current.Kind == TokenKind.Identifier:
                return ReadName(Take(), ".");
        }

        switch (token.Text)
        {
            case "true" or "false":
                return new ConstantExpression(token.Offset, BoolValue.Of(token.Text == "true"));
            case "null":
                return new ConstantExpression(token.Offset, NullValue.Instance);
            case "(":
                var inner = ReadExpression();
                Expect(")");
                return inner;
            case "[":
                return ReadList(token.Offset);
            case "{":
                return ReadMap(token.Offset);
            default:
                _at--;
                throw Mismatch(Beginnings);
        }
    }

    private Expression ReadName(Token name, string dot)
    {
        if (Reserved.Contains(name.Text))
        {
            return Invalid(name, $"reserved identifier: {name.Text}");
        }

        if (Current.Is("("))
        {
            var (open, arguments) = ReadArguments();
            return _macros.Expand(open, dot + name.Text, null, arguments) ?? new CallExpression(open, dot + name.Text, null, arguments);
        }

        return Current.Is("{") ? ReadMessage(dot + name.Text) : new IdentifierExpression(name.Offset, dot + name.Text);
    }

    private Expression ReadNumber(Token token)
    {
        var hex = token.Text.Contains("0x", StringComparison.Ordinal);
        var digits = token.Text.Replace("0x", "", StringComparison.Ordinal).TrimEnd('u', 'U');
        var style = hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        switch (token.Kind)
        {
            case TokenKind.Uint:
                return ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out var unsigned)
                    ? new ConstantExpression(token.Offset, new UintValue(unsigned))
                    : Invalid(token, "invalid uint literal");
            case TokenKind.Double:
                var number = double.Parse(digits, CultureInfo.InvariantCulture);
                return double.IsInfinity(number) ? Invalid(token, "invalid double literal") : new ConstantExpression(token.Offset, new DoubleValue(number));
            default:
                var negative = digits[0] == '-';
                var fits = ulong.TryParse(negative ? digits[1..] : digits, style, CultureInfo.InvariantCulture, out var size) && size <= long.MaxValue + (negative ? 1UL : 0);
                return fits
                    ? new ConstantExpression(token.Offset, IntValue.Of(negative ? unchecked(-(long)size) : (long)size))
                    : Invalid(token, "invalid int literal");
        }
    }

    private ListExpression ReadList(int offset)
    {
        var elements = new List<ListElement>();
        while (!Current.Is("]"))
        {
            var optional = TakeIf("?");
            elements.Add(new(ReadExpression(), optional));
            if (!TakeIf(","))
            {
                break;
            }
        }

        Expect("]");
        return new(offset, elements);
    }

    private MapExpression ReadMap(int offset)
    {
        var entries = new List<MapEntry>();
        while (!Current.Is("}"))
        {
            var optional = TakeIf("?");
            var key = ReadExpression();
            var colon = Expect(":");
            entries.Add(new(colon.Offset, key, ReadExpression(), optional));
            if (!TakeIf(","))
            {
                break;
            }
        }

        Expect("}");
        return new(offset, entries);
    }

    private MessageExpression ReadMessage(string type)
    {
        var offset = Take().Offset;
        var fields = new List<MessageField>();
        while (!Current.Is("}"))
        {
            var optional = TakeIf("?");
            var name = Take();
            if (name.Kind is not (TokenKind.Identifier or TokenKind.EscapedIdentifier))
            {
                _at--;
                throw Mismatch("{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}");
            }

            var colon = Expect(":");
            fields.Add(new(colon.Offset, name.Text, ReadExpression(), optional));
            if (!TakeIf(","))
            {
                break;
            }
        }

        Expect("}");
        return new(offset, type, fields);
    }

    /// <summary>The name that a chain of identifiers is; null if it is none.</summary>
    public static string? NameOf(Expression expression) => expression switch
    {
        IdentifierExpression identifier => identifier.Name,
        SelectExpression { TestOnly: false } select => NameOf(select.Operand) is { } prefix ? $"{prefix}.{select.Field}" : null,
        _ => null,
    };

    private static CallExpression Call(int offset, string function, params IReadOnlyList<Expression> arguments) => new(offset, function, null, arguments);

    private Token Take() => Current.Kind == TokenKind.End ? throw Mismatch(Beginnings) : _tokens[_at++];

    private bool TakeIf(string symbol)
    {
        var there = Current.Is(symbol);
        _at += there ? 1 : 0;
        return there;
    }

    private Token Expect(string symbol) => Current.Is(symbol) ? Take()
        : Current.Kind == TokenKind.End ? throw Wrong($"missing '{symbol}' at '<EOF>'")
        : throw Mismatch($"'{symbol}'");

    private SyntaxException Mismatch(string expected) => Wrong($"mismatched input '{Current.Shown}' expecting {expected}");

    private SyntaxException Wrong(string message)
    {
        _issues.Add(Current.Offset, $"Syntax error: {message}");
        return new SyntaxException();
    }

    private ConstantExpression Invalid(Token token, string message)
    {
        _issues.Add(token.Offset, message);
        return new(token.Offset, NullValue.Instance);
    }

    private Level Deeper()
    {
        var before = _depth;
        CountLevel();
        return new(this, before);
    }

    private void CountLevel()
    {
        if (++_depth > DepthMax)
        {
            _issues.Add(0, $"expression recursion limit exceeded: {DepthMax}");
            throw new SyntaxException();
        }
    }

    /// <summary>Ends a level of nesting.</summary>
    private readonly struct Level(Parser parser, int before) : IDisposable
    {
        public void Dispose() => parser._depth = before;
    }

    /// <summary>The rest makes no sense after what was told of. Never leaves the parser.</summary>
    private sealed class SyntaxException : Exception;
}
