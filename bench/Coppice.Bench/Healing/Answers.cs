using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Coppice.Cluster.Harness;

namespace Coppice.Bench.Healing;

/// <summary>Asks an address over HTTP, again and again, with a new connection each time, until it does what is waited for.</summary>
internal sealed class Answers(NetworkNamespace network)
{
    private static readonly byte[] Question = "GET / HTTP/1.0\r\n\r\n"u8.ToArray();
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan OneTry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <returns>When it was first seen, as a <see cref="Stopwatch"/> timestamp.</returns>
    public async Task<long> UntilAsync(string address, int port, bool answers)
    {
        var begun = Stopwatch.GetTimestamp();
        while (await AsksAsync(address, port) != answers)
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
            {
                throw new TimeoutException($"{address}:{port} {(answers ? "does not answer" : "goes on answering")}");
            }

            await Task.Delay(Pause);
        }

        return Stopwatch.GetTimestamp();
    }

    private async Task<bool> AsksAsync(string address, int port)
    {
        using var patience = new CancellationTokenSource(OneTry);
        try
        {
            using var socket = await network.ConnectAsync(new DnsEndPoint(address, port), patience.Token);
            await socket.SendAsync(Question, patience.Token);
            return await socket.ReceiveAsync(new byte[64], patience.Token) > 0;
        }
        catch (Exception refused) when (refused is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
