namespace Coppice.Node.Containers;

/// <summary>
/// Files in which a container leaves variables for others of its pod: <c>NAME='value'</c>, the value taken as it stands, over several
/// lines too; lines that begin with # say nothing. Every such file means the same to a shell. Pure.
/// </summary>
internal static class EnvironmentFile
{
    private const string Blank = " \t\r";

    /// <returns>The value that the name has at the end; null where it is not set.</returns>
    /// <exception cref="FormatException">Something else is in it, wherever that is.</exception>
    public static string? Find(string text, string name)
    {
        string? found = null;
        for (var at = 0; SkipToVariable(text, ref at);)
        {
            var key = UpTo(text, ref at, '=').Trim();
            if (key.Length == 0 || key.AsSpan().ContainsAny(" \t\r\n'\""))
            {
                throw new FormatException("a variable has no name");
            }

            while (at < text.Length && Blank.Contains(text[at]))
            {
                at++;
            }

            if (at == text.Length || text[at++] != '\'')
            {
                throw new FormatException($"the value of {key} is not in single quotes");
            }

            var value = UpTo(text, ref at, '\'');
            EndLine(text, ref at, key);
            found = key == name ? value : found;
        }

        return found;
    }

    private static bool SkipToVariable(string text, ref int at)
    {
        while (at < text.Length && (text[at] is '#' or '\n' || Blank.Contains(text[at])))
        {
            at = text[at] == '#' && text.IndexOf('\n', at) is var end ? (end < 0 ? text.Length : end) : at + 1;
        }

        return at < text.Length;
    }

    private static string UpTo(string text, ref int at, char mark)
    {
        var (from, end) = (at, text.IndexOf(mark, at));
        if (end < 0)
        {
            throw new FormatException($"there is no {mark} behind {text.AsSpan(from, Math.Min(20, text.Length - from))}");
        }

        at = end + 1;
        return text[from..end];
    }

    // What follows a value without a blank is a part of it to a shell, and not supported.
    private static void EndLine(string text, ref int at, string key)
    {
        var end = text.IndexOf('\n', at);
        var rest = text[at..(end < 0 ? text.Length : end)];
        if (rest.Trim() is { Length: > 0 } more && !(more[0] == '#' && Blank.Contains(rest[0])))
        {
            throw new FormatException($"something follows the value of {key}");
        }

        at += rest.Length;
    }
}
