using System.Net;
using System.Net.Sockets;
using System.Text;
using Coppice.Network.Netns;
using Microsoft.Extensions.Logging;

namespace Coppice.Network.HealthPorts;

/// <summary>A port that balancers ask on: one question and one answer a connection.</summary>
internal sealed partial class HealthPortListener : IAsyncDisposable
{
    /// <summary>A balancer asks in one small packet; who takes longer holds a place that others need.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);

    private const int RequestBytesMax = 8 << 10;

    /// <summary>Connections that are answered at once; others wait in the kernel.</summary>
    private const int ConnectionsMax = 32;

    private readonly Socket _socket;
    private readonly Func<string, byte[]?> _answer;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _places = new(ConnectionsMax);
    private readonly Task _accepting;

    private HealthPortListener(Socket socket, Func<string, byte[]?> answer, TimeProvider time, ILogger log)
    {
        (_socket, _answer, _time, _log) = (socket, answer, time, log);
        _accepting = AcceptAsync();
    }

    /// <param name="answer">From a request's head to all that is sent back; null for nothing.</param>
    /// <param name="namespacePath">The network namespace to listen in, or null for this process's own.</param>
    /// <exception cref="SocketException">Somebody else has the port.</exception>
    public static async ValueTask<HealthPortListener> StartAsync(int port, Func<string, byte[]?> answer, TimeProvider time, ILogger log, string? namespacePath)
    {
        var family = Socket.OSSupportsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var socket = await NetworkNamespaces.OpenAsync(namespacePath, family, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.DualMode = family == AddressFamily.InterNetworkV6;
            // Connections of the last run that are still closing do not count.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            socket.Listen();
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return new HealthPortListener(socket, answer, time, log);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _places.WaitAsync(_stop.Token);
                if (await TryAcceptAsync() is { } client)
                {
                    _ = ServeAsync(client);
                }
                else
                {
                    _places.Release();
                    await Task.Delay(RetryAfter, _time, _stop.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The service is gone, or we are going.
        }
    }

    private async ValueTask<Socket?> TryAcceptAsync()
    {
        try
        {
            return await _socket.AcceptAsync(_stop.Token);
        }
        catch (SocketException e) when (!_stop.IsCancellationRequested)
        {
            LogNotAccepted(_log, e.Message);
            return null;
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            using var stream = new NetworkStream(client, ownsSocket: true);
            using var patience = new CancellationTokenSource(RequestTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stop.Token);
            if (_answer(await ReadHeadAsync(stream, either.Token)) is { } answer)
            {
                await stream.WriteAsync(answer, either.Token);
                client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The balancer is gone or silent.
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Who says more than a balancer would is answered by what was said first.</summary>
    private static async ValueTask<string> ReadHeadAsync(NetworkStream stream, CancellationToken stop)
    {
        var buffer = new byte[RequestBytesMax];
        var length = 0;
        while (true)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(length), stop);
            length += count;
            var head = Encoding.ASCII.GetString(buffer, 0, length);
            if (count == 0 || length == buffer.Length || head.Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                return head;
            }
        }
    }

    [LoggerMessage(4301, LogLevel.Warning, "health ports: a connection could not be accepted: {Why}")]
    private static partial void LogNotAccepted(ILogger log, string why);
}
