using System.Text;

namespace Coppice.ApiServer.Proxying;

/// <summary>
/// Turns the links of a page round while it passes, so that a page that is looked at through a proxy leads back through it. Only what
/// stands in tags is touched; texts, comments, scripts and styles go through as they are.
/// </summary>
/// <param name="turned">What a link becomes.</param>
internal sealed class HtmlLinks(Func<string, string> turned)
{
    private const int BufferBytes = 32 * 1024;

    // What is longer than this before its end is no tag that anybody wrote.
    private const int LongestTag = 64 * 1024;

    private static readonly Dictionary<string, string[]> LinksOf = new(StringComparer.OrdinalIgnoreCase)
    {
        ["a"] = ["href"], ["area"] = ["href"], ["audio"] = ["src"], ["base"] = ["href"], ["blockquote"] = ["cite"], ["body"] = ["background"],
        ["button"] = ["formaction"], ["del"] = ["cite"], ["embed"] = ["src"], ["form"] = ["action"], ["frame"] = ["longdesc", "src"],
        ["head"] = ["profile"], ["html"] = ["manifest"], ["iframe"] = ["longdesc", "src"], ["img"] = ["longdesc", "src", "usemap"],
        ["input"] = ["formaction", "src", "usemap"], ["ins"] = ["cite"], ["link"] = ["href"], ["object"] = ["classid", "codebase", "data", "usemap"],
        ["q"] = ["cite"], ["script"] = ["src"], ["source"] = ["src"], ["track"] = ["src"], ["video"] = ["poster", "src"],
    };

    private static readonly HashSet<string> WithoutTags = new(StringComparer.OrdinalIgnoreCase) { "script", "style", "textarea", "title" };

    // What has come and is not decided on: begins with a tag or a comment of which the end is missing. A byte a character, whatever the
    // page's encoding: all of them write tags in ASCII.
    private string _held = "";

    // Where texts end that have no tags in them: at "</script", at "-->"; null outside of such texts.
    private string? _until;

    /// <summary>Passes a page on, piece by piece as it comes.</summary>
    public async Task PassAsync(Stream from, Stream to, CancellationToken stop)
    {
        var buffer = new byte[BufferBytes];
        while (await from.ReadAsync(buffer, stop) is > 0 and var count)
        {
            await to.WriteAsync(Encoding.Latin1.GetBytes(Take(Encoding.Latin1.GetString(buffer, 0, count))), stop);
            await to.FlushAsync(stop);
        }

        await to.WriteAsync(Encoding.Latin1.GetBytes(_held), stop);
        await to.FlushAsync(stop);
    }

    /// <summary>What can be passed on of a page when this piece has come.</summary>
    private string Take(string piece)
    {
        var done = new StringBuilder();
        var text = _held + piece;
        var at = 0;
        while (at < text.Length)
        {
            var end = _until is { } until ? EndOfUntagged(text, at, until) : EndOfText(text, at);
            done.Append(text, at, end - at);
            at = end;
            if (_until is not null || at == text.Length)
            {
                break;
            }

            if (EndOfTag(text, at) is not { } tagEnd)
            {
                break;
            }

            done.Append(Turned(text[at..tagEnd]));
            at = tagEnd;
        }

        _held = text[at..];
        return done.ToString();
    }

    /// <summary>The end of a script or comment, which is over then; or of as much of it as is surely not its end.</summary>
    private int EndOfUntagged(string text, int at, string until)
    {
        if (text.IndexOf(until, at, StringComparison.OrdinalIgnoreCase) is >= 0 and var end)
        {
            _until = null;
            return until[0] == '-' ? end + until.Length : end;
        }

        return Math.Max(at, text.Length - until.Length);
    }

    private static int EndOfText(string text, int at) => text.IndexOf('<', at) is >= 0 and var tag ? tag : text.Length;

    /// <summary>Behind the tag that begins here; null if its end is still to come.</summary>
    private int? EndOfTag(string text, int at)
    {
        const string Comment = "<!--";
        if (string.CompareOrdinal(text, at, Comment, 0, Math.Min(Comment.Length, text.Length - at)) == 0)
        {
            if (text.Length - at < Comment.Length)
            {
                return null;
            }

            _until = "-->";
            return at + Comment.Length;
        }

        if (at + 1 < text.Length && !char.IsAsciiLetter(text[at + 1]) && text[at + 1] is not ('/' or '!' or '?'))
        {
            return at + 1;
        }

        var quote = '\0';
        for (var i = at + 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '>' when quote == '\0':
                    return i + 1;
                // Only a value is quoted: an apostrophe elsewhere in a tag is a slip.
                case '"' or '\'' when quote == '\0' && text.AsSpan(at, i - at).TrimEnd().EndsWith("="):
                    quote = text[i];
                    break;
                case var c when c == quote:
                    quote = '\0';
                    break;
            }
        }

        return text.Length - at > LongestTag ? text.Length : null;
    }

    private string Turned(string tag)
    {
        var nameEnd = 1;
        while (nameEnd < tag.Length && char.IsAsciiLetterOrDigit(tag[nameEnd]))
        {
            nameEnd++;
        }

        var name = tag[1..nameEnd];
        if (WithoutTags.Contains(name))
        {
            _until = $"</{name}";
        }

        if (!LinksOf.TryGetValue(name, out var links))
        {
            return tag;
        }

        var done = new StringBuilder(tag, 0, nameEnd, tag.Length + 64);
        var at = nameEnd;
        while (NextAttribute(tag, at) is { } attribute)
        {
            done.Append(tag, at, attribute.ValueStart - at);
            var value = tag[attribute.ValueStart..attribute.ValueEnd];
            done.Append(links.Contains(attribute.Name, StringComparer.OrdinalIgnoreCase) ? turned(value) : value);
            at = attribute.ValueEnd;
        }

        return done.Append(tag, at, tag.Length - at).ToString();
    }

    /// <summary>The next attribute that has a value; null if there is none.</summary>
    private static (string Name, int ValueStart, int ValueEnd)? NextAttribute(string tag, int from)
    {
        if (tag.IndexOf('=', from) is not (>= 0 and var equals))
        {
            return null;
        }

        var nameEnd = tag.AsSpan(0, equals).TrimEnd().Length;
        var nameStart = nameEnd;
        while (nameStart > from && !char.IsWhiteSpace(tag[nameStart - 1]) && tag[nameStart - 1] is not ('/' or '"' or '\''))
        {
            nameStart--;
        }

        var start = equals + 1;
        while (start < tag.Length && char.IsWhiteSpace(tag[start]))
        {
            start++;
        }

        if (start < tag.Length && tag[start] is ('"' or '\''))
        {
            return tag.IndexOf(tag[start], start + 1) is >= 0 and var close ? (tag[nameStart..nameEnd], start + 1, close) : null;
        }

        var end = start;
        while (end < tag.Length && !char.IsWhiteSpace(tag[end]) && tag[end] != '>')
        {
            end++;
        }

        return (tag[nameStart..nameEnd], start, end);
    }
}
