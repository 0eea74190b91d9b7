using System.Buffers;
using Coppice.Streaming;

namespace Coppice.Node.Logs;

/// <summary>Turns lines of a log file into what the user sees.</summary>
internal sealed class LogWriter(LogRequest request, Stream output)
{
    private const byte LineEnd = (byte)'\n';

    private readonly ArrayBufferWriter<byte> _pending = new();
    private long _left = request.LimitBytes ?? long.MaxValue;
    private bool _isInsideLine;

    /// <summary>The limit of bytes is reached.</summary>
    public bool IsFull => _left <= 0;

    /// <summary>Writes all whole lines; returns how many bytes they were.</summary>
    public async ValueTask<int> TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        var used = 0;
        while (bytes.Span[used..].IndexOf(LineEnd) is var end and >= 0)
        {
            Add(bytes.Span.Slice(used, end));
            used += end + 1;
        }

        var length = (int)Math.Min(_pending.WrittenCount, Math.Max(0, _left));
        if (length > 0)
        {
            await output.WriteAsync(_pending.WrittenMemory[..length], stop);
        }

        _left -= length;
        _pending.ResetWrittenCount();
        return used;
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        if (!LogLine.TryParse(bytes, out var line) || (request.Since is { } since && line.IsBefore(since)))
        {
            return;
        }

        if (request.Timestamps && !_isInsideLine)
        {
            _pending.Write(line.Time);
            _pending.Write(" "u8);
        }

        _pending.Write(line.Content);
        _isInsideLine = line.IsPartial;
        if (!line.IsPartial)
        {
            _pending.Write("\n"u8);
        }
    }
}
