using System.Text;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>The strings of cel-go's extension, in the version that Kubernetes has. Positions are counted in characters.</summary>
internal static class StringsLibrary
{
    private static readonly CelType Text = CelType.String;
    private static readonly CelType Texts = CelType.ListOf(CelType.String);

    public static IEnumerable<Overload> Overloads =>
    [
        Member("charAt", "string_char_at_int", [Text, CelType.Int], Text, a => CharAt(new(a[0]), Number(a[1]))),
        Member("indexOf", "string_index_of_string", [Text, Text], CelType.Int, a => IndexOf(new(a[0]), Of(a[1]), 0)),
        Member("indexOf", "string_index_of_string_int", [Text, Text, CelType.Int], CelType.Int, a => IndexOf(new(a[0]), Of(a[1]), Number(a[2]))),
        Member("lastIndexOf", "string_last_index_of_string", [Text, Text], CelType.Int, a => LastIndexOf(new(a[0]), Of(a[1]), null)),
        Member("lastIndexOf", "string_last_index_of_string_int", [Text, Text, CelType.Int], CelType.Int, a => LastIndexOf(new(a[0]), Of(a[1]), Number(a[2]))),
        Member("join", "list_join", [Texts], Text, a => Join((ListValue)a[0], "")),
        Member("join", "list_join_string", [Texts, Text], Text, a => Join((ListValue)a[0], Of(a[1]))),
        Member("lowerAscii", "string_lower_ascii", [Text], Text, a => Map(Of(a[0]), c => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c)),
        Member("upperAscii", "string_upper_ascii", [Text], Text, a => Map(Of(a[0]), c => char.IsAsciiLetterLower(c) ? (char)(c & ~0x20) : c)),
        Member("replace", "string_replace_string_string", [Text, Text, Text], Text, a => Replace(Of(a[0]), Of(a[1]), Of(a[2]), -1)),
        Member("replace", "string_replace_string_string_int", [Text, Text, Text, CelType.Int], Text, a => Replace(Of(a[0]), Of(a[1]), Of(a[2]), Number(a[3]))),
        Member("split", "string_split_string", [Text, Text], Texts, a => Split(Of(a[0]), Of(a[1]), -1)),
        Member("split", "string_split_string_int", [Text, Text, CelType.Int], Texts, a => Split(Of(a[0]), Of(a[1]), Number(a[2]))),
        Member("substring", "string_substring_int", [Text, CelType.Int], Text, a => new Characters(a[0]) is var text ? Substring(text, Number(a[1]), text.Count) : a[0]),
        Member("substring", "string_substring_int_int", [Text, CelType.Int, CelType.Int], Text, a => Substring(new(a[0]), Number(a[1]), Number(a[2]))),
        Member("trim", "string_trim", [Text], Text, a => new StringValue(Of(a[0]).Trim())),
        Member("format", "string_format", [Text, CelType.ListOf(CelType.Dyn)], Text, a => TextFormat.Apply(Of(a[0]), (ListValue)a[1])),
        Global("strings.quote", "strings_quote", [Text], Text, a => new StringValue(Quote(Of(a[0])))),
    ];

    /// <summary>A text that is indexed by its characters.</summary>
    private readonly struct Characters
    {
        private readonly string _text;

        // Where each character begins; null where each is one char.
        private readonly int[]? _starts;

        public Characters(CelValue value)
        {
            var text = (StringValue)value;
            _text = text.Value;
            _starts = text.IsPlain ? null : [.. Starts(text.Value)];
        }

        public int Count => _starts?.Length ?? _text.Length;

        public string Slice(int from, int to) => _text[At(from)..At(to)];

        public int Find(string part, int from) => Position(_text.IndexOf(part, At(from), StringComparison.Ordinal));

        public int FindLast(string part, int from) => Position(_text.AsSpan(0, Math.Min(_text.Length, At(from) + part.Length)).LastIndexOf(part));

        private int At(int position) => _starts is null ? position : position < _starts.Length ? _starts[position] : _text.Length;

        private int Position(int at) => at < 0 || _starts is null ? at : at == _text.Length ? _starts.Length : Array.BinarySearch(_starts, at);

        private static IEnumerable<int> Starts(string text)
        {
            for (var i = 0; i < text.Length; i += char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 2 : 1)
            {
                yield return i;
            }
        }
    }

    private static string Of(CelValue value) => ((StringValue)value).Value;

    private static long Number(CelValue value) => ((IntValue)value).Value;

    private static ErrorValue OutOfRange(long index) => new($"index out of range: {index}");

    private static CelValue CharAt(Characters text, long index) => index < 0 || index > text.Count ? OutOfRange(index)
        : index == text.Count ? StringValue.Empty
        : new StringValue(text.Slice((int)index, (int)index + 1));

    private static CelValue IndexOf(Characters text, string part, long from) =>
        part.Length == 0 && from >= 0 && from <= text.Count ? IntValue.Of(from)
        : from < 0 || from > text.Count ? OutOfRange(from)
        : IntValue.Of(text.Find(part, (int)from));

    private static CelValue LastIndexOf(Characters text, string part, long? from)
    {
        var start = from ?? text.Count;
        return start < 0 || start > text.Count ? OutOfRange(start)
            : part.Length == 0 ? IntValue.Of(start)
            : IntValue.Of(text.FindLast(part, (int)start));
    }

    private static CelValue Join(ListValue list, string separator)
    {
        var joined = new StringBuilder();
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is not StringValue text)
            {
                return list[i] as ErrorValue ?? new ErrorValue($"no such overload: join");
            }

            joined.Append(i == 0 ? "" : separator).Append(text.Value);
        }

        return new StringValue(joined.ToString());
    }

    private static StringValue Map(string text, Func<char, char> change) => new(string.Create(text.Length, (text, change), static (into, from) =>
    {
        for (var i = 0; i < into.Length; i++)
        {
            into[i] = from.change(from.text[i]);
        }
    }));

    /// <param name="limit">How often at most; negative for as often as it is there.</param>
    private static StringValue Replace(string text, string from, string to, long limit)
    {
        if (limit == 0 || from == to)
        {
            return new(text);
        }

        var replaced = new StringBuilder();
        var at = 0;
        for (long times = 0; times != limit; times++)
        {
            // Nothing is found around every character.
            var width = at < text.Length ? char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1 : 0;
            var found = from.Length > 0 ? text.IndexOf(from, at, StringComparison.Ordinal) : times == 0 ? 0 : width > 0 ? at + width : -1;
            if (found < 0)
            {
                break;
            }

            replaced.Append(text, at, found - at).Append(to);
            at = found + from.Length;
        }

        return new(replaced.Append(text, at, text.Length - at).ToString());
    }

    private static ListValue Split(string text, string separator, long limit)
    {
        if (limit == 0)
        {
            return ArrayList.Empty;
        }

        if (separator.Length == 0)
        {
            return SplitCharacters(text, limit);
        }

        var count = limit < 0 || limit > int.MaxValue ? int.MaxValue : (int)limit;
        return new ArrayList([.. text.Split(separator, count, StringSplitOptions.None).Select(part => new StringValue(part))]);
    }

    private static ArrayList SplitCharacters(string text, long limit)
    {
        var parts = new List<CelValue>();
        for (var at = 0; at < text.Length;)
        {
            var width = char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
            width = parts.Count + 1 == limit ? text.Length - at : width;
            parts.Add(new StringValue(text.Substring(at, width)));
            at += width;
        }

        return new(parts);
    }

    private static CelValue Substring(Characters text, long from, long to) => from < 0 || from > text.Count ? OutOfRange(from)
        : to < 0 || to > text.Count ? OutOfRange(to)
        : from > to ? new ErrorValue($"invalid substring range. start: {from}, end: {to}")
        : new StringValue(text.Slice((int)from, (int)to));

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '\a' => quoted.Append("\\a"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\v' => quoted.Append("\\v"),
                '\\' => quoted.Append("\\\\"),
                '"' => quoted.Append("\\\""),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
