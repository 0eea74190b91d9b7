using System.Text;

namespace Coppice.Cel.Schemas;

/// <summary>How the names of an object's fields are written in expressions, where not every name is one.</summary>
public static class FieldNames
{
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
        "return", "var", "void", "while",
    };

    /// <returns>The name in expressions; null if the field can't be named in any.</returns>
    public static string? Escape(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            return null;
        }

        if (Reserved.Contains(name))
        {
            return $"__{name}__";
        }

        var escaped = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '_' && i + 1 < name.Length && name[i + 1] == '_')
            {
                escaped.Append("__underscores__");
                i++;
                continue;
            }

            if (!char.IsAsciiLetterOrDigit(name[i]) && name[i] is not ('_' or '.' or '-' or '/'))
            {
                return null;
            }

            _ = name[i] switch
            {
                '.' => escaped.Append("__dot__"),
                '-' => escaped.Append("__dash__"),
                '/' => escaped.Append("__slash__"),
                var plain => escaped.Append(plain),
            };
        }

        return escaped.ToString();
    }
}
