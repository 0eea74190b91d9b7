namespace Coppice.Node.Logs;

/// <summary>Finds where the last lines of a log begin.</summary>
internal static class LogTail
{
    private const byte LineEnd = (byte)'\n';
    private const int BlockBytes = 16 * 1024;

    /// <summary>Moves to the beginning of the last so many lines of a file, looking from its end; says how many there are of them.</summary>
    public static long Seek(FileStream file, long lines)
    {
        var end = file.Length;
        if (lines <= 0 || end == 0)
        {
            file.Position = end;
            return 0;
        }

        var block = new byte[BlockBytes];
        // The file's last byte ends its last line, and begins no other.
        var position = end - 1;
        long seen = 0;
        while (position > 0)
        {
            var start = Math.Max(0, position - BlockBytes);
            var span = block.AsSpan(0, (int)(position - start));
            var read = RandomAccess.Read(file.SafeFileHandle, span, start);
            for (var rest = span[..read]; rest.LastIndexOf(LineEnd) is var at and >= 0; rest = rest[..at])
            {
                if (++seen != lines)
                {
                    continue;
                }

                file.Position = start + at + 1;
                return lines;
            }

            position = start;
        }

        file.Position = 0;
        return seen + 1;
    }

    /// <summary>How many lines are left in a stream that cannot go back.</summary>
    public static long Count(Stream content)
    {
        var block = new byte[BlockBytes];
        long lines = 0;
        while (content.Read(block) is var read and > 0)
        {
            lines += block.AsSpan(0, read).Count(LineEnd);
        }

        return lines;
    }

    /// <summary>After how many bytes so many lines have ended.</summary>
    public static long BytesOf(Stream content, long lines)
    {
        var block = new byte[BlockBytes];
        long before = 0;
        while (lines > 0 && content.Read(block) is var read and > 0)
        {
            var at = 0;
            while (lines > 0 && block.AsSpan(at, read - at).IndexOf(LineEnd) is var end and >= 0)
            {
                at += end + 1;
                lines--;
            }

            before += lines > 0 ? read : at;
        }

        return before;
    }

    public static void Skip(Stream content, long bytes)
    {
        var block = new byte[BlockBytes];
        while (bytes > 0 && content.Read(block, 0, (int)Math.Min(bytes, block.Length)) is var read and > 0)
        {
            bytes -= read;
        }
    }
}
