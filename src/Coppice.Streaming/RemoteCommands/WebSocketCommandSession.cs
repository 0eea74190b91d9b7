using System.Net.WebSockets;
using System.Threading.Channels;
using Coppice.Streaming.WebSockets;
using Microsoft.AspNetCore.Http;
using static Coppice.Streaming.RemoteCommands.CommandStreamNames;

namespace Coppice.Streaming.RemoteCommands;

/// <summary>A command's streams as channels of a WebSocket.</summary>
internal sealed class WebSocketCommandSession : ICommandSession
{
    private static readonly string[] Protocols =
        ["v5.channel.k8s.io", "v4.channel.k8s.io", "v4.base64.channel.k8s.io", "channel.k8s.io", "base64.channel.k8s.io", ""];

    private readonly ChannelSocket _channels;
    private readonly Func<CommandOutcome, byte[]> _encode;
    private readonly TimeProvider _time;

    private WebSocketCommandSession(
        WebSocket socket, CommandRequest request, string protocol, StreamingOptions options, TimeProvider time)
    {
        _time = time;
        var verb = VerbOf(request);
        _encode = outcome => protocol.StartsWith('v') ? CommandStatus.Encode(outcome, verb) : CommandStatus.EncodeAsText(outcome, verb);
        var readable = new List<int>();
        if (request.Stdin)
        {
            readable.Add(Stdin);
        }

        if (request.Tty)
        {
            readable.Add(Resize);
        }

        _channels = ChannelSocket.Start(socket, protocol.Contains("base64", StringComparison.Ordinal), readable, options);
        Streams = new CommandStreams(
            request.Stdin ? new ChannelStream(_channels, Stdin, _channels.Incoming(Stdin)) : null,
            request.Stdout ? new ChannelStream(_channels, Stdout, null) : null,
            request.Stderr ? new ChannelStream(_channels, Stderr, null) : null,
            request.Tty ? ReadSizes() : null);
    }

    public CommandStreams Streams { get; }

    public Task Gone => _channels.Completion;

    /// <summary>Null when the handshake failed, which is then answered.</summary>
    public static async ValueTask<WebSocketCommandSession?> OpenAsync(
        HttpContext context, CommandRequest request, StreamingOptions options, TimeProvider time)
    {
        if (await WebSocketUpgrade.NegotiateAsync(context, Protocols) is not { } protocol)
        {
            return null;
        }

        var socket = await WebSocketUpgrade.AcceptAsync(context, protocol, options);
        var session = new WebSocketCommandSession(socket, request, protocol, options, time);
        await session.AnnounceAsync(request.Stdout ? Stdout : request.Stderr ? Stderr : Error);
        return session;
    }

    public ValueTask LeaveAsync() => _channels.CloseAsync(_time);

    public async ValueTask FinishAsync(CommandOutcome outcome)
    {
        _channels.DropIncoming();
        try
        {
            var status = _encode(outcome);
            if (status.Length > 0)
            {
                await _channels.WriteAsync(Error, status, CancellationToken.None);
            }
        }
        catch (IOException)
        {
            // The client left without waiting for the end.
        }

        await _channels.CloseAsync(_time);
    }

    public ValueTask DisposeAsync()
    {
        _channels.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Kubernetes' servers begin with an empty message, by which clients know that the command's streams stand.</summary>
    private async ValueTask AnnounceAsync(int channel)
    {
        try
        {
            await _channels.WriteAsync(channel, default, CancellationToken.None);
        }
        catch (IOException)
        {
            // Gone already; the session says so too.
        }
    }

    private ChannelReader<TerminalSize> ReadSizes()
    {
        var sizes = TerminalSizes.CreateChannel();
        _ = TerminalSizes.ReadAsync(_channels.Incoming(Resize).AsStream(), sizes.Writer, CancellationToken.None); // Ends with the connection.
        return sizes.Reader;
    }
}
