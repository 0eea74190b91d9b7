using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Coppice.Streaming.Tunnels;

/// <summary>The tunnels that agents keep open to this server, one a node. For any thread.</summary>
public sealed class AgentTunnels(TunnelOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, AgentTunnel> _tunnels = new(StringComparer.Ordinal);

    /// <summary>Answers a request at one of the protocol's paths, as long as its connection lasts.</summary>
    /// <param name="node">Whose agent asks, which must be known beyond doubt: it is given what is meant for that node.</param>
    /// <param name="stopping">The server goes.</param>
    public async Task HandleAsync(HttpContext http, string node, CancellationToken stopping)
    {
        var path = http.Request.Path.Value!;
        if (!Upgrade.IsTo(TunnelProtocol.Name, http.Request))
        {
            await Upgrade.RefuseAsync(http);
        }
        else if (path == TunnelProtocol.Path)
        {
            await OfferAsync(http, node, stopping);
        }
        else if (TunnelProtocol.NumberOf(path) is { } number && _tunnels.GetValueOrDefault(node) is { } tunnel && tunnel.Expects(number))
        {
            await CarryAsync(http, tunnel, number);
        }
        else
        {
            await Upgrade.RefuseAsync(http, StatusCodes.Status404NotFound, "nobody waits for this connection");
        }
    }

    /// <summary>A connection to the endpoint of a node's agent; null if it offers no tunnel, or does not dial.</summary>
    public async ValueTask<Stream?> TryConnectAsync(string node, CancellationToken stop)
    {
        if (!_tunnels.TryGetValue(node, out var tunnel))
        {
            return null;
        }

        try
        {
            return await tunnel.ConnectAsync(stop);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            // So that nobody else waits for it; an agent that lives offers another.
            tunnel.Drop();
            return null;
        }
    }

    private async Task OfferAsync(HttpContext http, string node, CancellationToken stopping)
    {
        await using var agent = await Upgrade.AcceptAsync(http, TunnelProtocol.Name);
        var tunnel = new AgentTunnel(agent, options, time);

        // An agent that offers another has lost the one before, and knows it sooner than we.
        _tunnels.AddOrUpdate(node, tunnel, (_, before) =>
        {
            before.Drop();
            return tunnel;
        });
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, http.RequestAborted);
            await tunnel.RunAsync(either.Token);
        }
        finally
        {
            _tunnels.TryRemove(KeyValuePair.Create(node, tunnel));
        }
    }

    private static async Task CarryAsync(HttpContext http, AgentTunnel tunnel, long number)
    {
        await using var arrived = new Arrived(await Upgrade.AcceptAsync(http, TunnelProtocol.Name));
        if (!tunnel.Arrive(number, arrived))
        {
            return;
        }

        try
        {
            await arrived.Ended.WaitAsync(http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The agent has gone; whoever uses the connection sees it.
        }
    }

    /// <summary>A connection that is somebody's until he puts it away.</summary>
    private sealed class Arrived(Stream connection) : DuplexStream
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop = default) => connection.ReadAsync(buffer, stop);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken stop = default)
        {
            await connection.WriteAsync(buffer, stop);
            await connection.FlushAsync(stop);
        }

        protected override void Dispose(bool disposing)
        {
            _ended.TrySetResult();
            base.Dispose(disposing);
        }

        public override async ValueTask DisposeAsync()
        {
            await connection.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
