using System.Net;
using System.Net.Sockets;
using System.Text;
using Coppice.Streaming.PortForwarding;
using Microsoft.Extensions.Logging;

namespace Coppice.Streaming.Tunnels;

/// <summary>The agent's side of its tunnel: offers it to the server, again when it ends, and dials when it is asked to.</summary>
/// <param name="http">Shows the agent's certificate; must allow HTTP/1.1, keep no connection, and set no time limit on a request.</param>
/// <param name="endpoint">The agent's own, on this machine.</param>
public sealed partial class TunnelClient(
    HttpMessageInvoker http, Uri server, IPEndPoint endpoint, TunnelOptions options, TimeProvider time, ILogger log)
{
    private string? _said;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await OfferAsync(stop);
                Say("the server has ended it");
            }
            catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException or OperationCanceledException)
            {
                Say(e.Message);
            }

            try
            {
                await Task.Delay(options.RetryEvery, time, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }

        // The same trouble is told once.
        void Say(string why)
        {
            if (!stop.IsCancellationRequested && _said != why)
            {
                LogEnded(log, server, why);
                _said = why;
            }
        }
    }

    private async Task OfferAsync(CancellationToken stop)
    {
        await using var control = await DialAsync(TunnelProtocol.Path, stop);
        _said = null;
        using var lines = new StreamReader(control, Encoding.ASCII, leaveOpen: true);
        while (await lines.ReadLineAsync(stop).AsTask().WaitAsync(options.SilenceMax, time, stop) is { } line)
        {
            if (line.Length > 0)
            {
                // Connections outlive the tunnel that they were asked for through.
                _ = CarryAsync(line, stop);
            }

            await control.WriteAsync(TunnelProtocol.Beat, stop);
            await control.FlushAsync(stop);
        }
    }

    private async Task CarryAsync(string number, CancellationToken stop)
    {
        try
        {
            await using var asked = await DialAsync($"{TunnelProtocol.Path}/{number}", stop);
            using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(endpoint, stop);
            await using var own = new NetworkStream(socket);
            await ConnectionPump.RunUntilTargetEndsAsync(asked, own, stop);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or SocketException or TimeoutException or OperationCanceledException)
        {
            // Both sides see that it has ended.
            LogBroken(log, number, e.Message);
        }
    }

    private async Task<Stream> DialAsync(string path, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, path)) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new(TunnelProtocol.Name));
        using var late = new CancellationTokenSource(options.DialTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        var answer = await http.SendAsync(request, either.Token);
        if (answer.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            return await answer.Content.ReadAsStreamAsync(stop);
        }

        using (answer)
        {
            throw new IOException($"it answers {(int)answer.StatusCode}");
        }
    }

    [LoggerMessage(10001, LogLevel.Warning, "The tunnel to {Server} is not there, by which the API reaches this node's pods; it is tried again: {Why}")]
    private static partial void LogEnded(ILogger log, Uri server, string why);

    [LoggerMessage(10002, LogLevel.Debug, "Connection {Number} of the tunnel broke: {Why}")]
    private static partial void LogBroken(ILogger log, string number, string why);
}
