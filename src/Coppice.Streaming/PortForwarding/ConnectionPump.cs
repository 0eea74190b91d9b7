using System.Net.Sockets;

namespace Coppice.Streaming.PortForwarding;

/// <summary>Carries bytes between a client's stream and a connection, each direction until its own end.</summary>
internal static class ConnectionPump
{
    private const int BufferBytes = 32 * 1024;

    /// <summary>
    /// Returns when both directions have ended. Of a client that has gone, what it sent is still delivered, and then the end.
    /// </summary>
    /// <exception cref="IOException">The target broke off instead of ending.</exception>
    public static Task RunAsync(Stream client, Stream target, CancellationToken stop) => RunAsync(client, target, waitForClient: true, stop);

    /// <summary>The same for a client that has no way to end its side alone.</summary>
    public static Task RunUntilTargetEndsAsync(Stream client, Stream target, CancellationToken stop) =>
        RunAsync(client, target, waitForClient: false, stop);

    private static async Task RunAsync(Stream connection, Stream target, bool waitForClient, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var client = new CallerStream(connection, endsWhole: !waitForClient);
        var sending = SendAsync(client, target, over.Token);
        try
        {
            await CopyAsync(target, client, over.Token);
            await client.CompleteWritesAsync(over.Token);
            if (waitForClient)
            {
                await sending;
            }
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAny(sending); // Its error was thrown above, or comes second.
            _ = sending.Exception;
        }
    }

    /// <summary>
    /// From the client to the target. A target that takes no more is no error here: what it says meanwhile still has to reach the client.
    /// </summary>
    private static async Task SendAsync(CallerStream client, Stream target, CancellationToken over)
    {
        var buffer = new byte[BufferBytes];
        while (await client.ReadAsync(buffer, over) is > 0 and var count)
        {
            try
            {
                await target.WriteAsync(buffer.AsMemory(0, count), over);
                await target.FlushAsync(over);
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }

        await HalfClose.CompleteWritesAsync(target, over);
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken stop)
    {
        var buffer = new byte[BufferBytes];
        while (await from.ReadAsync(buffer, stop) is > 0 and var count)
        {
            await to.WriteAsync(buffer.AsMemory(0, count), stop);
            await to.FlushAsync(stop);
        }
    }
}
