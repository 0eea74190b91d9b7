using System.Text;

namespace Coppice.Node.Containers;

/// <summary>Kubernetes' $(NAME): a known name becomes its value, an unknown one stays as it is, $$ is one dollar sign.</summary>
public static class VariableExpansion
{
    /// <param name="find">The value of a name, or null when there is none.</param>
    public static string Expand(string text, Func<string, string?> find)
    {
        if (!text.Contains('$'))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '$' || at + 1 == text.Length)
            {
                result.Append(text[at]);
                continue;
            }

            var next = text[++at];
            var end = next == '(' ? text.IndexOf(')', at) : -1;
            if (next == '$')
            {
                result.Append('$');
            }
            else if (end < 0)
            {
                result.Append('$').Append(next);
            }
            else
            {
                var name = text[(at + 1)..end];
                result.Append(find(name) ?? $"$({name})");
                at = end;
            }
        }

        return result.ToString();
    }
}
