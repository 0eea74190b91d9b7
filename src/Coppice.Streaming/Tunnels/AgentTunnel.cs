using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Coppice.Streaming.Tunnels;

/// <summary>The server's side of one tunnel: asks the agent for connections, and hands out those that come. For any thread.</summary>
internal sealed class AgentTunnel(Stream agent, TunnelOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<Stream>> _asked = new();
    private readonly Channel<byte[]> _lines = Channel.CreateUnbounded<byte[]>();
    private readonly CancellationTokenSource _dropped = new();
    private long _last;

    /// <summary>Until the agent or the server has gone, or it was dropped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, _dropped.Token);
        await using var beats = time.CreateTimer(_ => _lines.Writer.TryWrite(TunnelProtocol.Beat), null, options.BeatEvery, options.BeatEvery);
        var telling = TellAsync(over.Token);
        try
        {
            // What comes says no more than that the agent is there.
            var buffer = new byte[256];
            while (await agent.ReadAsync(buffer, over.Token).AsTask().WaitAsync(options.SilenceMax, time, over.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or TimeoutException or OperationCanceledException)
        {
            // It has gone, one way or another.
        }
        finally
        {
            await over.CancelAsync();
            await telling;
            foreach (var waiting in _asked.Values)
            {
                waiting.TrySetException(new IOException("the agent's tunnel has ended"));
            }
        }
    }

    /// <summary>The agent is taken for gone.</summary>
    public void Drop() => _dropped.Cancel();

    /// <summary>A connection to the agent's endpoint, which the agent makes.</summary>
    /// <exception cref="IOException">It has gone.</exception>
    /// <exception cref="TimeoutException">It did not dial.</exception>
    public async Task<Stream> ConnectAsync(CancellationToken stop)
    {
        var number = Interlocked.Increment(ref _last);
        var arrival = _asked[number] = new TaskCompletionSource<Stream>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _lines.Writer.TryWrite(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number}\n")));
            return await arrival.Task.WaitAsync(options.DialTimeout, time, stop);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException && !arrival.TrySetCanceled(default))
        {
            // It came, or the tunnel ended, in the last moment.
            return await arrival.Task;
        }
        finally
        {
            _asked.TryRemove(number, out _);
        }
    }

    public bool Expects(long number) => _asked.ContainsKey(number);

    /// <summary>Hands out a connection that has come; false if nobody waits for it any more.</summary>
    public bool Arrive(long number, Stream connection) => _asked.TryGetValue(number, out var arrival) && arrival.TrySetResult(connection);

    private async Task TellAsync(CancellationToken over)
    {
        try
        {
            while (await _lines.Reader.WaitToReadAsync(over))
            {
                while (_lines.Reader.TryRead(out var line))
                {
                    await agent.WriteAsync(line, over);
                }

                await agent.FlushAsync(over);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Whoever listens sees it, too.
        }
    }
}
