using Coppice.Streaming.Spdy;
using static Coppice.Streaming.RemoteCommands.CommandStreamNames;

namespace Coppice.Streaming.RemoteCommands;

/// <summary>
/// The client of a streaming server that speaks SPDY, such as the one whose address CRI's Exec and Attach return.
/// </summary>
/// <param name="http">Sends the first request; must allow HTTP/1.1 and set no time limit on it.</param>
public sealed class SpdyCommandClient(HttpMessageInvoker http, TimeProvider time, StreamingOptions options)
{
    private const string Protocol = "v4.channel.k8s.io";
    private const int MaxStatusBytes = 64 * 1024;

    /// <summary>
    /// 1. Upgrades to SPDY. 2. Opens a stream for each of the request's. 3. Carries them to and from the caller's until the command has
    /// ended and all its output was written. 4. Returns how it ended.
    /// </summary>
    /// <exception cref="IOException">The server could not be reached or did not take the command, or the caller's output broke.</exception>
    public async Task<CommandOutcome> RunAsync(Uri url, CommandRequest request, CommandStreams streams, CancellationToken stop)
    {
        await using var connection = SpdyConnection.Start(await SpdyRequest.UpgradeAsync(http, url, Protocol, stop), isServer: false, options);
        connection.RefuseStreams();
        var remote = await OpenStreamsAsync(connection, request, streams, stop);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var input = Task.WhenAll(
            SendInputAsync(streams.Stdin, remote.GetValueOrDefault(StdinName), ended.Token),
            SendSizesAsync(streams.Resizes, remote.GetValueOrDefault(ResizeName), ended.Token));
        try
        {
            var status = ReadStatusAsync(remote[ErrorName], ended.Token);
            await Task.WhenAll(
                CopyOutputAsync(remote.GetValueOrDefault(StdoutName), streams.Stdout, ended),
                CopyOutputAsync(remote.GetValueOrDefault(StderrName), streams.Stderr, ended),
                status);
            return CommandStatus.Decode(await status);
        }
        finally
        {
            await ended.CancelAsync();
            await input;
        }
    }

    private async Task<Dictionary<string, SpdyStream>> OpenStreamsAsync(
        SpdyConnection connection, CommandRequest request, CommandStreams streams, CancellationToken stop)
    {
        var types = new List<string> { ErrorName };
        if (request.Stdin)
        {
            types.Add(StdinName);
        }

        if (request.Stdout)
        {
            types.Add(StdoutName);
        }

        if (request.Stderr && !request.Tty)
        {
            types.Add(StderrName);
        }

        if (request.Tty)
        {
            types.Add(ResizeName);
        }

        using var late = new CancellationTokenSource(options.StreamCreationTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        var opened = new Dictionary<string, SpdyStream>();
        try
        {
            foreach (var type in types)
            {
                opened[type] = await connection.OpenStreamAsync(new Dictionary<string, string> { [Header] = type }, both.Token);
            }

            foreach (var stream in opened.Values)
            {
                await stream.Accepted.WaitAsync(both.Token);
            }

            return opened;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new IOException($"the streaming server did not accept the command's streams within {options.StreamCreationTimeout}");
        }
    }

    private static async Task SendInputAsync(Stream? from, SpdyStream? to, CancellationToken ended)
    {
        if (to is null)
        {
            return;
        }

        try
        {
            if (from is not null)
            {
                await from.CopyToAsync(to, ended);
            }

            await to.CompleteWritesAsync(ended);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The command takes no more input, or the caller gives none: its output tells how it goes on.
        }
    }

    private static async Task SendSizesAsync(System.Threading.Channels.ChannelReader<TerminalSize>? from, SpdyStream? to, CancellationToken ended)
    {
        if (from is null || to is null)
        {
            return;
        }

        try
        {
            while (await from.WaitToReadAsync(ended))
            {
                while (from.TryRead(out var size))
                {
                    await to.WriteAsync(TerminalSizes.Encode(size), ended);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // As for the input.
        }
    }

    /// <summary>
    /// Copies until the output's end, however the server makes it: containerd's resets its streams when a command is done. When the
    /// caller takes no more, all of the command's streams end.
    /// </summary>
    private static async Task CopyOutputAsync(SpdyStream? from, Stream? to, CancellationTokenSource ended)
    {
        if (from is null)
        {
            return;
        }

        var buffer = new byte[32 * 1024];
        while (true)
        {
            int count;
            try
            {
                count = await from.ReadAsync(buffer, ended.Token);
            }
            catch (IOException)
            {
                return;
            }

            if (count == 0)
            {
                return;
            }

            try
            {
                if (to is not null)
                {
                    await to.WriteAsync(buffer.AsMemory(0, count), ended.Token);
                }
            }
            catch (IOException)
            {
                await ended.CancelAsync();
                throw;
            }
        }
    }

    private static async Task<byte[]> ReadStatusAsync(SpdyStream error, CancellationToken ended)
    {
        using var status = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            while (status.Length < MaxStatusBytes && await error.ReadAsync(buffer, ended) is > 0 and var count)
            {
                status.Write(buffer, 0, count);
            }
        }
        catch (IOException)
        {
            // As for the output: what was said before counts.
        }

        return status.ToArray();
    }
}
