using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Coppice.Streaming.RemoteCommands;

/// <summary>Terminal sizes on the wire: JSON objects <c>{"Width":80,"Height":24}</c>, one after the other.</summary>
internal static class TerminalSizes
{
    /// <summary>A channel for sizes that lets go of old ones when nobody looks: only the newest counts.</summary>
    public static Channel<TerminalSize> CreateChannel() =>
        Channel.CreateBounded<TerminalSize>(new BoundedChannelOptions(4) { FullMode = BoundedChannelFullMode.DropOldest });

    public static byte[] Encode(TerminalSize size) => Encoding.UTF8.GetBytes($$"""{"Width":{{size.Width}},"Height":{{size.Height}}}""");

    /// <summary>Reads sizes until the stream ends or carries something else, and completes the channel.</summary>
    public static async Task ReadAsync(Stream stream, ChannelWriter<TerminalSize> sizes, CancellationToken stop)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(stop);
                var rest = result.Buffer;
                while (TryRead(ref rest) is { } size)
                {
                    sizes.TryWrite(size);
                }

                if (result.IsCompleted || rest.Length > 1024)
                {
                    break;
                }

                reader.AdvanceTo(rest.Start, rest.End);
            }
        }
        catch (Exception e) when (e is IOException or JsonException or OperationCanceledException or ObjectDisposedException)
        {
            // A terminal that is no longer told its size goes on at the last one.
        }

        sizes.TryComplete();
    }

    /// <summary>The object at the start of the buffer, which moves behind it; null when it is not whole yet.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static TerminalSize? TryRead(ref ReadOnlySequence<byte> buffer)
    {
        var reader = new Utf8JsonReader(buffer, isFinalBlock: false, default);
        int width = 0, height = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 0)
            {
                buffer = buffer.Slice(reader.Position);
                while (buffer.Length > 0 && char.IsWhiteSpace((char)buffer.FirstSpan[0]))
                {
                    buffer = buffer.Slice(1);
                }

                return new TerminalSize(width, height);
            }

            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var isWidth = reader.ValueTextEquals("Width"u8);
            var isHeight = reader.ValueTextEquals("Height"u8);
            if (!reader.Read())
            {
                return null;
            }

            if (reader.TokenType != JsonTokenType.Number)
            {
                continue;
            }

            if (isWidth && reader.TryGetUInt16(out var w))
            {
                width = w;
            }

            if (isHeight && reader.TryGetUInt16(out var h))
            {
                height = h;
            }
        }

        return null;
    }
}
