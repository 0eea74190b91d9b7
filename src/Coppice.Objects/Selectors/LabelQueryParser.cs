namespace Coppice.Objects;

/// <summary>
/// Reads the text form of label selectors: requirements separated by commas, each "key", "!key", "key=value", "key==value",
/// "key!=value", "key in (a,b)", "key notin (a,b)", "key&gt;1" or "key&lt;1".
/// </summary>
internal sealed class LabelQueryParser(string text)
{
    private int _at;

    public LabelQuery Parse()
    {
        var requirements = new List<LabelRequirement>();
        while (true)
        {
            requirements.Add(ReadRequirement());
            SkipSpace();
            if (_at == text.Length)
            {
                return new LabelQuery(requirements.ToValueList());
            }

            if (text[_at++] != ',')
            {
                throw Unexpected(_at - 1, "',' or the end");
            }
        }
    }

    private LabelRequirement ReadRequirement()
    {
        SkipSpace();
        if (TryTake("!"))
        {
            return new(ReadWord("a label's name"), LabelOperator.DoesNotExist, default);
        }

        var key = ReadWord("a label's name");
        SkipSpace();
        if (_at == text.Length || text[_at] == ',')
        {
            return new(key, LabelOperator.Exists, default);
        }

        if (TryTake("!="))
        {
            return new(key, LabelOperator.NotIn, [ReadValue()]);
        }

        if (TryTake("==") || TryTake("="))
        {
            return new(key, LabelOperator.In, [ReadValue()]);
        }

        if (TryTake(">"))
        {
            return new(key, LabelOperator.GreaterThan, [ReadNumber()]);
        }

        if (TryTake("<"))
        {
            return new(key, LabelOperator.LessThan, [ReadNumber()]);
        }

        return ReadWord("'in', 'notin', '=', '==', '!=', '<' or '>'") switch
        {
            "in" => new(key, LabelOperator.In, ReadSet()),
            "notin" => new(key, LabelOperator.NotIn, ReadSet()),
            var word => throw new FormatException(
                $"unable to parse requirement: found '{word}', expected: in, notin, =, ==, !=, gt, lt"),
        };
    }

    private ValueList<string> ReadSet()
    {
        SkipSpace();
        if (!TryTake("("))
        {
            throw Unexpected(_at, "'('");
        }

        var values = new SortedSet<string>(StringComparer.Ordinal);
        while (true)
        {
            values.Add(ReadValue());
            SkipSpace();
            if (TryTake(")"))
            {
                return values.ToValueList();
            }

            if (!TryTake(","))
            {
                throw Unexpected(_at, "',' or ')'");
            }
        }
    }

    private string ReadNumber()
    {
        var value = ReadValue();
        return long.TryParse(value, out _) ? value : throw new FormatException($"for 'Gt', 'Lt' operators, the value must be an integer, found '{value}'");
    }

    /// <summary>A value may be empty: "app=" asks for an empty label.</summary>
    private string ReadValue()
    {
        SkipSpace();
        var start = _at;
        SkipWord();
        return text[start.._at];
    }

    private string ReadWord(string expected)
    {
        SkipSpace();
        var start = _at;
        SkipWord();
        return _at > start ? text[start.._at] : throw Unexpected(start, expected);
    }

    private void SkipWord()
    {
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or '_' or '.' or '/'))
        {
            _at++;
        }
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }

    private bool TryTake(string token)
    {
        if (!text.AsSpan(_at).StartsWith(token))
        {
            return false;
        }

        _at += token.Length;
        return true;
    }

    private FormatException Unexpected(int at, string expected) =>
        new($"unable to parse requirement: found '{(at < text.Length ? text[at..] : "")}', expected: {expected}");
}
