using System.Threading.Channels;
using Coppice.Streaming.Spdy;
using Microsoft.AspNetCore.Http;
using static Coppice.Streaming.RemoteCommands.CommandStreamNames;

namespace Coppice.Streaming.RemoteCommands;

/// <summary>A command's streams as streams of a SPDY connection, which the client opens, each with its <c>streamType</c>.</summary>
internal sealed class SpdyCommandSession : ICommandSession
{
    private static readonly string[] Protocols = ["v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"];

    private readonly SpdyConnection _connection;
    private readonly IReadOnlyDictionary<string, SpdyStream> _streams;
    private readonly Func<CommandOutcome, byte[]> _encode;
    private readonly TimeProvider _time;

    private SpdyCommandSession(
        SpdyConnection connection, IReadOnlyDictionary<string, SpdyStream> streams, Func<CommandOutcome, byte[]> encode, TimeProvider time)
    {
        _connection = connection;
        _streams = streams;
        _encode = encode;
        _time = time;
        Streams = new CommandStreams(Find(StdinName), Find(StdoutName), Find(StderrName), ReadSizes(Find(ResizeName)));
    }

    public CommandStreams Streams { get; }

    public Task Gone => _connection.Completion;

    /// <summary>Null when the client and we have no protocol in common, or it did not open its streams in time.</summary>
    public static async ValueTask<SpdyCommandSession?> OpenAsync(
        HttpContext context, CommandRequest request, StreamingOptions options, TimeProvider time)
    {
        if (await Upgrade.NegotiateAsync(context, Protocols) is not { } protocol)
        {
            return null;
        }

        var connection = SpdyConnection.Start(await Upgrade.AcceptAsync(context, Upgrade.Spdy), isServer: true, options);
        var streams = new Dictionary<string, SpdyStream>();
        using var late = new CancellationTokenSource(options.StreamCreationTimeout, time);
        try
        {
            var expected = Expected(request, protocol);
            while (streams.Count < expected.Count)
            {
                if (await connection.NextStreamAsync(late.Token) is not { } stream)
                {
                    throw new IOException("the client went away");
                }

                if (stream.Headers.GetValueOrDefault(Header) is { } type && expected.Contains(type) && streams.TryAdd(type, stream))
                {
                    await stream.AcceptAsync(late.Token);
                }
                else
                {
                    stream.Reset(SpdyResetStatus.RefusedStream);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            await connection.CloseAsync(time);
            return null;
        }

        connection.RefuseStreams();
        var verb = VerbOf(request);
        return new SpdyCommandSession(
            connection, streams, outcome => protocol == Protocols[0] ? CommandStatus.Encode(outcome, verb) : CommandStatus.EncodeAsText(outcome, verb), time);
    }

    public ValueTask LeaveAsync() => _connection.CloseAsync(_time);

    public async ValueTask FinishAsync(CommandOutcome outcome)
    {
        try
        {
            // The client waits for the ends of its output streams and of the error stream, whose text is the outcome.
            foreach (var output in new[] { Find(StdoutName), Find(StderrName) })
            {
                if (output is not null)
                {
                    await output.CompleteWritesAsync(CancellationToken.None);
                }
            }

            var error = _streams[ErrorName];
            await error.WriteAsync(_encode(outcome));
            foreach (var stream in _streams.Values)
            {
                await stream.CompleteWritesAsync(CancellationToken.None);
                stream.DropIncoming();
            }
        }
        catch (IOException)
        {
            // The client left without waiting for the end.
        }

        await _connection.CloseAsync(_time);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private SpdyStream? Find(string type) => _streams.GetValueOrDefault(type);

    private static HashSet<string> Expected(CommandRequest request, string protocol)
    {
        var expected = new HashSet<string> { ErrorName };
        if (request.Stdin)
        {
            expected.Add(StdinName);
        }

        if (request.Stdout)
        {
            expected.Add(StdoutName);
        }

        if (request.Stderr)
        {
            expected.Add(StderrName);
        }
        // Sizes came with v3.
        if (request.Tty && protocol is ("v4.channel.k8s.io" or "v3.channel.k8s.io"))
        {
            expected.Add(ResizeName);
        }

        return expected;
    }

    private static ChannelReader<TerminalSize>? ReadSizes(SpdyStream? stream)
    {
        if (stream is null)
        {
            return null;
        }

        var sizes = TerminalSizes.CreateChannel();
        _ = TerminalSizes.ReadAsync(stream, sizes.Writer, CancellationToken.None); // Ends with the connection.
        return sizes.Reader;
    }
}
