using System.Net;
using System.Net.Sockets;
using Coppice.Client.Metrics;
using Microsoft.Extensions.Logging;

namespace Coppice.Network.Dns;

/// <summary>
/// The cluster's DNS server: sockets for UDP and TCP on one port, at each of the node's addresses. Cluster names are answered on the spot, from the snapshot in
/// <see cref="Zone"/>; questions to others are under way while the next ones are answered.
/// </summary>
public sealed partial class DnsServer : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TcpIdleTimeout = TimeSpan.FromSeconds(10);

    private readonly IReadOnlyList<Socket> _udp;
    private readonly IReadOnlyList<Socket> _tcp;
    private readonly DnsResolver _resolver;
    private readonly DnsClients _clients;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _loops;
    private readonly DnsShares _connections;
    private readonly DnsFigures _figures;
    private volatile DnsZone _zone;

    private DnsServer(IReadOnlyList<Socket> udp, IReadOnlyList<Socket> tcp, NetworkOptions options, TimeProvider time, ILogger log)
    {
        (_udp, _tcp, _time, _log) = (udp, tcp, time, log);
        _zone = DnsZone.Empty(options.ClusterDomain);
        IReadOnlyList<IPAddress> addresses = [.. udp.Select(one => ((IPEndPoint)one.LocalEndPoint!).Address)];
        _figures = new DnsFigures(time);
        _connections = new DnsShares(options.MaxDnsConnections, options.MaxDnsConnectionsOfOne);
        _clients = new DnsClients(options.Ranges.AllPods, addresses, time);
        var servers = new NameServers(options.ResolverFile, a => options.Ranges.DnsAddresses.Contains(a) || (Port == 53 && addresses.Contains(a)));
        var forwards = new DnsShares(options.MaxConcurrentForwards, options.MaxConcurrentForwardsOfOne);
        _resolver = new DnsResolver(() => _zone, new DnsForwarder(servers.Current, options.ForwardTimeout, forwards, time));
        _loops = [.. udp.Select(ReceiveAsync), .. tcp.Select(AcceptAsync)];
    }

    /// <summary>The names it knows; whoever watches the cluster sets a new snapshot when something changed.</summary>
    public DnsZone Zone
    {
        get => _zone;
        set => _zone = value;
    }

    /// <summary>The port it listens on, UDP and TCP.</summary>
    public int Port => PortOf(_udp[0]);

    /// <summary>What it has to tell, for whoever looks.</summary>
    public void WriteTo(MetricsText text) => _figures.WriteTo(text);

    /// <summary>Listens on the node's addresses and <see cref="NetworkOptions.DnsPort"/>.</summary>
    /// <exception cref="IOException">The port is in use.</exception>
    public static DnsServer Start(IReadOnlyList<IPAddress> addresses, NetworkOptions options, TimeProvider time, ILogger log)
    {
        const int attempts = 10;
        for (var attempt = 1; ; attempt++)
        {
            List<Socket> udp = [], tcp = [];
            try
            {
                var port = options.DnsPort == 0 && attempt == 1 ? options.DnsPortBefore : options.DnsPort;
                foreach (var address in addresses)
                {
                    udp.Add(new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
                    tcp.Add(new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
                    tcp[^1].SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                    udp[^1].Bind(new IPEndPoint(address, port));
                    port = PortOf(udp[0]);
                    tcp[^1].Bind(new IPEndPoint(address, port));
                    tcp[^1].Listen();
                }

                return new DnsServer(udp, tcp, options, time, log);
            }
            catch (SocketException e)
            {
                Close([.. udp, .. tcp]);
                // The port of before may be taken by now, and a free UDP port for TCP or at another address: another one is tried.
                if (options.DnsPort != 0 || attempt == attempts)
                {
                    throw new IOException(
                        $"The DNS server cannot listen on {string.Join(" and ", addresses.Select(one => new IPEndPoint(one, options.DnsPort)))} ({e.Message}); choose another DNS port.", e);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Close([.. _udp, .. _tcp]);
        await Task.WhenAll(_loops);
        _stop.Dispose();
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static void Close(IEnumerable<Socket> sockets)
    {
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }
    }

    private async Task ReceiveAsync(Socket udp)
    {
        var buffer = GC.AllocateArray<byte>(4096, pinned: true);
        var from = new IPEndPoint(udp.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var received = await udp.ReceiveFromAsync(buffer, SocketFlags.None, from, _stop.Token);
                // The buffer is used again at once, so a question that has to wait keeps its own copy.
                var question = buffer.AsSpan(0, received.ReceivedBytes).ToArray();
                var client = (IPEndPoint)received.RemoteEndPoint;
                _ = _clients.Has(client.Address) ? AnswerAsync(udp, question, client) : SendAsync(udp, DnsResolver.Refuse(question), client);
            }
            catch (SocketException e)
            {
                if (!_stop.IsCancellationRequested)
                {
                    LogNotReceived(_log, e.Message);
                }

                await PauseAsync();
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    // What is wrong (no file handles left, say) is wrong for a while: without a pause it would be tried and told without end.
    private async ValueTask PauseAsync()
    {
        try
        {
            await Task.Delay(RetryAfter, _time, _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The loops look at the token next.
        }
    }

    private async Task AnswerAsync(Socket udp, byte[] message, IPEndPoint client)
    {
        try
        {
            var start = _time.GetTimestamp();
            var answer = await _resolver.AnswerAsync(message, client.Address, byTcp: false, _stop.Token);
            _figures.Note(message, answer, byTcp: false, start);
            await SendAsync(udp, answer, client);
        }
        catch (OperationCanceledException)
        {
            // We are going; clients ask again.
        }
        catch (Exception e)
        {
            LogNotAnswered(_log, e);
        }
    }

    /// <param name="answer">Null for silence.</param>
    private async Task SendAsync(Socket udp, byte[]? answer, EndPoint client)
    {
        try
        {
            if (answer is not null)
            {
                await udp.SendToAsync(answer, SocketFlags.None, client, _stop.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone, or we are going: UDP promises nothing, and clients ask again.
        }
    }

    private async Task AcceptAsync(Socket tcp)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await tcp.AcceptAsync(_stop.Token);
                // A stranger takes no connection away from those who may ask, and of those none takes all.
                if (client.RemoteEndPoint is not IPEndPoint { Address: var address } || !_clients.Has(address) || !_connections.TryTake(address))
                {
                    client.Dispose();
                    continue;
                }

                _ = ServeAsync(client, address);
            }
            catch (SocketException e)
            {
                if (!_stop.IsCancellationRequested)
                {
                    LogNotAccepted(_log, e.Message);
                }

                await PauseAsync();
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client, IPAddress address)
    {
        try
        {
            using var stream = new NetworkStream(client, ownsSocket: true);
            while (true)
            {
                using var idle = new CancellationTokenSource(TcpIdleTimeout, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, _stop.Token);
                if (await DnsFrames.ReadAsync(stream, either.Token) is not { } message)
                {
                    return;
                }

                var start = _time.GetTimestamp();
                var answer = await _resolver.AnswerAsync(message, address, byTcp: true, _stop.Token);
                _figures.Note(message, answer, byTcp: true, start);
                if (answer is null)
                {
                    return;
                }

                await DnsFrames.WriteAsync(stream, answer, either.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone or silent.
        }
        catch (Exception e)
        {
            LogNotAnswered(_log, e);
        }
        finally
        {
            _connections.GiveBack(address);
        }
    }

    [LoggerMessage(4201, LogLevel.Warning, "DNS: a query could not be received: {Why}")]
    private static partial void LogNotReceived(ILogger log, string why);

    [LoggerMessage(4202, LogLevel.Warning, "DNS: a TCP connection could not be accepted: {Why}")]
    private static partial void LogNotAccepted(ILogger log, string why);

    [LoggerMessage(4203, LogLevel.Error, "DNS: a query could not be answered")]
    private static partial void LogNotAnswered(ILogger log, Exception e);
}
