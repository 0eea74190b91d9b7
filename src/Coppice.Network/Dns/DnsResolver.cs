using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Coppice.Network.Dns;

/// <summary>From a question's bytes to the answer's: the zone first, other servers for the rest. No sockets of its own.</summary>
/// <param name="zone">The newest snapshot of the cluster's names.</param>
public sealed class DnsResolver(Func<DnsZone> zone, DnsForwarder forwarder)
{
    private const int LargestTcp = 65535;

    /// <summary>Null where silence is the answer: to what is no question at all.</summary>
    /// <param name="client">Who asks.</param>
    public ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> message, IPAddress client, bool byTcp, CancellationToken stop)
    {
        if (DnsQuery.Parse(message.Span, out var fault) is not { } query)
        {
            return new(fault is { } id ? DnsWriter.FormatError(id) : null);
        }

        var limit = Limit(query, byTcp);
        if (query.Opcode != 0)
        {
            return new(DnsWriter.Write(query, DnsAnswer.Of(DnsCode.NotImplemented), limit, authoritative: false));
        }

        if (query.Class != 1)
        {
            return new(DnsWriter.Write(query, DnsAnswer.Of(DnsCode.Refused), limit, authoritative: false));
        }

        var answer = DnsAnswers.Answer(zone(), query.Name, query.Type);
        return answer.Forward is null
            ? new(DnsWriter.Write(query, answer, limit))
            : new(ForwardAsync(message, query, answer, (client, byTcp), stop)!);
    }

    /// <summary>To who is not answered; silence to what is no question.</summary>
    public static byte[]? Refuse(ReadOnlyMemory<byte> message) => DnsQuery.Parse(message.Span, out _) is { } query
        ? DnsWriter.Write(query, DnsAnswer.Of(DnsCode.Refused), query.UdpSize, authoritative: false)
        : null;

    private static int Limit(DnsQuery query, bool byTcp) => byTcp ? LargestTcp : query.UdpSize;

    private async Task<byte[]> ForwardAsync(
        ReadOnlyMemory<byte> message, DnsQuery query, DnsAnswer answer, (IPAddress Client, bool ByTcp) from, CancellationToken stop)
    {
        var limit = Limit(query, from.ByTcp);
        if (answer.Records.Count == 0)
        {
            return await forwarder.AskAsync(message, from.Client, from.ByTcp, stop)
                ?? DnsWriter.Write(query, DnsAnswer.Of(DnsCode.ServerFailure), limit, authoritative: false);
        }
        // An ExternalName outside the cluster: the alias is ours, its addresses are others'.
        var found = await forwarder.AskAsync(Question(query, answer.Forward!), from.Client, byTcp: false, stop);
        var whole = found is null
            ? DnsAnswer.Of(DnsCode.ServerFailure)
            : answer with { Code = (DnsCode)(found[3] & 15), Records = [.. answer.Records, .. ForeignAddresses(found, answer.Forward!)] };
        return DnsWriter.Write(query, whole, limit);
    }

    private static byte[] Question(DnsQuery query, string name)
    {
        var message = new List<byte> { 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (var label in name.Split('.'))
        {
            var bytes = Encoding.Latin1.GetBytes(label);
            message.Add((byte)Math.Min(bytes.Length, 63));
            message.AddRange(bytes.Take(63));
        }

        message.AddRange([0, (byte)((int)query.Type >> 8), (byte)query.Type, 0, 1]);
        return [.. message];
    }

    /// <summary>The addresses in another server's answer, all given to one name: whatever aliases it went through.</summary>
    private static List<DnsRecord> ForeignAddresses(ReadOnlySpan<byte> message, string name)
    {
        var records = new List<DnsRecord>();
        var position = 12;
        for (var i = BinaryPrimitives.ReadUInt16BigEndian(message[4..]); i > 0; i--)
        {
            if (!SkipName(message, ref position))
            {
                return records;
            }

            position += 4;
        }

        for (var i = BinaryPrimitives.ReadUInt16BigEndian(message[6..]); i > 0; i--)
        {
            if (!SkipName(message, ref position) || position + 10 > message.Length)
            {
                return records;
            }

            var type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(message[position..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(message[(position + 8)..]);
            position += 10;
            if (position + length > message.Length)
            {
                return records;
            }

            if ((type, length) is (DnsType.A, 4) or (DnsType.Aaaa, 16))
            {
                records.Add(new AddressRecord(name, new IPAddress(message.Slice(position, length))));
            }

            position += length;
        }

        return records;
    }

    private static bool SkipName(ReadOnlySpan<byte> message, ref int position)
    {
        while (position < message.Length)
        {
            int length = message[position++];
            if (length == 0)
            {
                return true;
            }

            if (length >= 0xC0)
            {
                position++;
                return true;
            }

            position += length;
        }

        return false;
    }
}
