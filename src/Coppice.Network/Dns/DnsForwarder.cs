using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Coppice.Network.Dns;

/// <summary>Asks other name servers what the cluster does not know, one after another until one answers.</summary>
/// <param name="servers">Whom to ask, asked for anew each time.</param>
/// <param name="timeout">For one server, once.</param>
/// <param name="shares">Questions under way at once; more fail at once.</param>
public sealed class DnsForwarder(Func<IReadOnlyList<IPEndPoint>> servers, TimeSpan timeout, DnsShares shares, TimeProvider time)
{
    private const int Rounds = 2;

    /// <summary>The other server's answer to a message as it is, under the message's own identifier; null if nobody answered.</summary>
    /// <param name="client">For whom.</param>
    public async Task<byte[]?> AskAsync(ReadOnlyMemory<byte> message, IPAddress client, bool byTcp, CancellationToken stop)
    {
        if (!shares.TryTake(client))
        {
            return null;
        }

        try
        {
            var all = servers();
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var server in all)
                {
                    if (await TryAskAsync(server, message, byTcp, stop) is { } answer)
                    {
                        return answer;
                    }
                }
            }

            return null;
        }
        finally
        {
            shares.GiveBack(client);
        }
    }

    private async Task<byte[]?> TryAskAsync(IPEndPoint server, ReadOnlyMemory<byte> message, bool byTcp, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        // A new port and an identifier of our own for each question: who guesses both could answer in the server's place.
        var question = message.ToArray();
        RandomNumberGenerator.Fill(question.AsSpan(0, 2));
        try
        {
            var answer = byTcp ? await ByTcpAsync(server, question, either.Token) : await ByUdpAsync(server, question, either.Token);
            message.Span[..2].CopyTo(answer);
            return answer;
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }

    private static async Task<byte[]> ByUdpAsync(IPEndPoint server, byte[] question, CancellationToken stop)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, stop);
        await socket.SendAsync(question, stop);
        var buffer = new byte[4096];
        while (true)
        {
            var count = await socket.ReceiveAsync(buffer, stop);
            if (IsAnswer(question, buffer.AsSpan(0, count)))
            {
                return buffer[..count];
            }
        }
    }

    private static async Task<byte[]> ByTcpAsync(IPEndPoint server, byte[] question, CancellationToken stop)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, stop);
        using var stream = new NetworkStream(socket);
        await DnsFrames.WriteAsync(stream, question, stop);
        return await DnsFrames.ReadAsync(stream, stop) is { } answer && IsAnswer(question, answer) ? answer : throw new EndOfStreamException();
    }

    private static bool IsAnswer(ReadOnlySpan<byte> question, ReadOnlySpan<byte> answer) =>
        answer.Length >= 12 && answer[..2].SequenceEqual(question[..2]) && (BinaryPrimitives.ReadUInt16BigEndian(answer[2..]) & 0x8000) != 0;
}
