using System.Globalization;
using System.Text;

namespace Coppice.Node.Logs;

/// <summary>One line of a log in CRI's format: 2016-10-06T00:17:09.669794202Z stdout F content.</summary>
internal readonly ref struct LogLine
{
    private const byte Blank = (byte)' ';

    private LogLine(ReadOnlySpan<byte> time, bool isPartial, ReadOnlySpan<byte> content)
    {
        Time = time;
        IsPartial = isPartial;
        Content = content;
    }

    /// <summary>As it is written, which is what --timestamps shows.</summary>
    public ReadOnlySpan<byte> Time { get; }

    /// <summary>The program's line goes on in the next one.</summary>
    public bool IsPartial { get; }

    public ReadOnlySpan<byte> Content { get; }

    /// <param name="line">Without its end.</param>
    public static bool TryParse(ReadOnlySpan<byte> line, out LogLine parsed)
    {
        parsed = default;
        var first = line.IndexOf(Blank);
        if (first <= 0)
        {
            return false;
        }

        var second = line[(first + 1)..].IndexOf(Blank);
        if (second <= 0)
        {
            return false;
        }

        var tag = line[(first + 1 + second + 1)..];
        var end = tag.IndexOf(Blank);
        var name = end < 0 ? tag : tag[..end];
        if (name.IsEmpty)
        {
            return false;
        }

        parsed = new LogLine(line[..first], name[0] == (byte)'P', end < 0 ? [] : tag[(end + 1)..]);
        return true;
    }

    public bool IsBefore(DateTimeOffset moment) =>
        DateTimeOffset.TryParse(Encoding.ASCII.GetString(Time), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time < moment;
}
