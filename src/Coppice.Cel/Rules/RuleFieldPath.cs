using System.Text;
using Coppice.Cel.Schemas;

namespace Coppice.Cel.Rules;

/// <summary>A rule's <c>fieldPath</c>: <c>.a.b['c']</c>, only to fields that the schema names and entries of maps.</summary>
internal static class RuleFieldPath
{
    /// <param name="path">As an error shows it after the value's own path: ".a.b[c]".</param>
    /// <param name="error">What is wrong with the text.</param>
    public static bool TryRead(string text, CelSchema schema, out string path, out string? error)
    {
        var read = new StringBuilder();
        path = "";
        error = null;
        for (var at = 0; at < text.Length;)
        {
            string name;
            if (text[at] == '.')
            {
                var end = text.AsSpan(at + 1).IndexOfAny('.', '[', ']');
                end = end < 0 ? text.Length : at + 1 + end;
                name = text[(at + 1)..end];
                at = end;
                error = name.Length == 0 ? "unexpected end of JSON path" : null;
            }
            else if (text[at] == '[')
            {
                (name, at, error) = ReadQuoted(text, at + 1);
            }
            else
            {
                (name, error) = ("", $"expected [ or . but got: {text[at..]}");
            }

            if (error is not null || !Step(name, ref schema, read))
            {
                error ??= "does not refer to a valid field";
                return false;
            }
        }

        path = read.ToString();
        return true;
    }

    private static bool Step(string name, ref CelSchema schema, StringBuilder read)
    {
        if (schema.Properties is not null)
        {
            read.Append('.').Append(name);
            if (!schema.Properties.TryGetValue(name, out var field))
            {
                return false;
            }

            schema = field;
            return true;
        }

        if (schema.AdditionalProperties is null)
        {
            return false;
        }

        read.Append('[').Append(name).Append(']');
        schema = schema.AdditionalProperties;
        return true;
    }

    private static (string Name, int At, string? Error) ReadQuoted(string text, int at)
    {
        if (at >= text.Length)
        {
            return ("", at, "unexpected end of JSON path");
        }

        var end = at + 1;
        while (end < text.Length && (text[end] != '\'' || text[end - 1] == '\\'))
        {
            end++;
        }

        if (text[at] != '\'' || end >= text.Length)
        {
            return ("", at, $"expected single quoted string but got {text[at..]}");
        }

        var name = new StringBuilder();
        for (var i = at + 1; i < end; i++)
        {
            if (text[i] != '\\')
            {
                name.Append(text[i]);
                continue;
            }

            var plain = "abfnrtv'\\".IndexOf(text[++i], StringComparison.Ordinal);
            if (plain < 0)
            {
                return ("", at, $"invalid string literal: invalid escape char \\{text[i]}");
            }

            name.Append("\a\b\f\n\r\t\v'\\"[plain]);
        }

        return end + 1 < text.Length && text[end + 1] == ']' ? (name.ToString(), end + 2, null)
            : ("", at, end + 1 < text.Length ? $"expected ] but got {text[(end + 1)..]}" : "unexpected end of JSON path");
    }
}
