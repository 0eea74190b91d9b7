using System.Text;

namespace Coppice.Cel.Syntax;

/// <summary>The text of an expression, and where in it something is.</summary>
internal sealed class Source(string text)
{
    public string Text { get; } = text;

    /// <summary>What is wrong, as cel-go shows it: where, what, and the line with a mark below.</summary>
    public string Show(CelIssue issue)
    {
        var offset = Math.Min(issue.Offset, Text.Length);
        var line = 1 + Text.AsSpan(0, offset).Count('\n');
        var start = offset == 0 ? 0 : Text.LastIndexOf('\n', offset - 1) + 1;
        var end = Text.IndexOf('\n', offset);
        var before = Text.AsSpan(start, offset - start);
        var shown = new StringBuilder();
        shown.Append($"ERROR: <input>:{line}:{CountOf(before) + 1}: {issue.Message}");
        if (end >= 0 || start < Text.Length)
        {
            shown.Append("\n | ").Append(Text.AsSpan(start, (end < 0 ? Text.Length : end) - start).ToString().Replace('\t', ' '));
            shown.Append("\n | ");
            foreach (var rune in before.EnumerateRunes())
            {
                shown.Append(rune.Utf8SequenceLength > 1 ? '．' : '.');
            }

            shown.Append(offset < Text.Length && !char.IsAscii(Text[offset]) ? '＾' : '^');
        }

        return shown.ToString();
    }

    private static int CountOf(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}

/// <summary>Something wrong with an expression.</summary>
/// <param name="Offset">In chars of the text.</param>
internal readonly record struct CelIssue(int Offset, string Message);

/// <summary>All that is wrong with an expression, in the order of the text.</summary>
internal sealed class CelIssues
{
    private const int ShownMax = 100;

    private readonly List<CelIssue> _issues = [];

    public int Count => _issues.Count;

    public void Add(int offset, string message)
    {
        var issue = new CelIssue(offset, message);
        if (!_issues.Contains(issue))
        {
            _issues.Add(issue);
        }
    }

    public string Show(Source source)
    {
        var shown = _issues.Select((issue, index) => (issue, index)).OrderBy(one => one.issue.Offset).ThenBy(one => one.index).Take(ShownMax)
            .Select(one => source.Show(one.issue)).ToList();
        if (_issues.Count > ShownMax)
        {
            shown.Add($"{_issues.Count - ShownMax} more errors were truncated");
        }

        return string.Join('\n', shown);
    }
}
