using System.Buffers.Binary;
using System.Text;

namespace Coppice.Network.Dns;

/// <summary>Writes answers to the wire's format, with names compressed (RFC 1035 section 4.1.4).</summary>
internal sealed class DnsWriter
{
    /// <summary>How long our answers may be kept, in seconds: CoreDNS' value for cluster names.</summary>
    public const uint TimeToLiveSeconds = 5;

    private const int LargestMessage = 65535;
    private const int OptLength = 11;

    private readonly byte[] _buffer;
    private readonly Dictionary<string, int> _names = [];
    private int _length;

    private DnsWriter(int limit) => _buffer = new byte[limit];

    /// <param name="limit">What the client can take, in bytes; a longer answer is cut and marked, so that it asks again by TCP.</param>
    public static byte[] Write(DnsQuery query, DnsAnswer answer, int limit, bool authoritative = true)
    {
        var writer = new DnsWriter(Math.Min(limit, LargestMessage));
        return writer.WriteAll(query, answer, authoritative);
    }

    /// <summary>A message that says only what is wrong, to a question that could not be read.</summary>
    public static byte[] FormatError(ushort id)
    {
        var message = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)(0x8000 | (int)DnsCode.FormatError));
        return message;
    }

    private byte[] WriteAll(DnsQuery query, DnsAnswer answer, bool authoritative)
    {
        _length = 12;
        query.Question.CopyTo(_buffer, _length);
        _names[query.Name] = _length;
        _length += query.Question.Length;

        var reserved = query.Edns ? OptLength : 0;
        var answers = WriteRecords(answer.Records, reserved);
        var truncated = answers < answer.Records.Count;
        var authority = truncated ? 0 : WriteRecords(answer.Authority, reserved);
        // What is only a convenience may be left out without a mark.
        var additional = truncated ? 0 : WriteRecords(answer.Additional, reserved);
        if (query.Edns)
        {
            WriteOpt();
            additional++;
        }

        var flags = 0x8000 | (query.Opcode << 11) | (authoritative ? 0x400 : 0) | (truncated ? 0x200 : 0)
            | (query.RecursionDesired ? 0x100 : 0) | 0x80 | (int)answer.Code;
        ushort[] header = [query.Id, (ushort)flags, 1, (ushort)answers, (ushort)authority, (ushort)additional];
        for (var i = 0; i < header.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(2 * i), header[i]);
        }

        return _buffer[.._length];
    }

    /// <returns>How many fitted; the rest is not there, not even in part.</returns>
    private int WriteRecords(IReadOnlyList<DnsRecord> records, int reserved)
    {
        for (var i = 0; i < records.Count; i++)
        {
            var start = _length;
            if (TryWrite(records[i]) && _length + reserved <= _buffer.Length)
            {
                continue;
            }

            _length = start;
            foreach (var late in _names.Where(n => n.Value >= start).Select(n => n.Key).ToList())
            {
                _names.Remove(late);
            }

            return i;
        }

        return records.Count;
    }

    private bool TryWrite(DnsRecord record)
    {
        if (!TryName(record.Name) || !Fits(10))
        {
            return false;
        }

        Number16((int)record.Type);
        Number16(1);
        Number32(TimeToLiveSeconds);
        var lengthAt = _length;
        _length += 2;
        if (!TryData(record))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(lengthAt), (ushort)(_length - lengthAt - 2));
        return true;
    }

    private bool TryData(DnsRecord record)
    {
        switch (record)
        {
            case AddressRecord address:
                return TryBytes(address.Address.GetAddressBytes());
            case NameRecord name:
                return TryName(name.Target);
            case SrvRecord srv:
                if (!Fits(6))
                {
                    return false;
                }

                Number16(SrvRecord.Priority);
                Number16(srv.Weight);
                Number16(srv.Port);
                // RFC 2782: the target is not compressed.
                return TryName(srv.Target, compress: false);
            case TxtRecord txt:
                return TryBytes([(byte)txt.Text.Length, .. Encoding.ASCII.GetBytes(txt.Text)]);
            case SoaRecord soa:
                if (!TryName(DnsAnswers.NameServer(soa.Name)) || !TryName($"hostmaster.{soa.Name}") || !Fits(20))
                {
                    return false;
                }
                // Serial (nobody transfers this zone), refresh, retry, expire, and how long a "no" may be kept.
                foreach (var number in (uint[])[1, 7200, 1800, 86400, TimeToLiveSeconds])
                {
                    Number32(number);
                }

                return true;
            default:
                throw new ArgumentOutOfRangeException(nameof(record), record, "A record of a type that is never answered.");
        }
    }

    private void WriteOpt()
    {
        _buffer[_length++] = 0;
        Number16((int)DnsType.Opt);
        Number16(DnsQuery.LargestUdp);
        Number32(0);
        Number16(0);
    }

    private bool TryName(string name, bool compress = true)
    {
        while (name.Length > 0)
        {
            if (compress && _names.TryGetValue(name, out var earlier))
            {
                if (!Fits(2))
                {
                    return false;
                }

                Number16(0xC000 | earlier);
                return true;
            }

            var dot = name.IndexOf('.');
            var label = dot < 0 ? name : name[..dot];
            // A name that the wire cannot carry (an ExternalName may be anything a person typed) makes its record unwritable.
            if (label.Length is 0 or > 63 || !Fits(label.Length + 1))
            {
                return false;
            }

            if (_length < 0x4000)
            {
                _names.TryAdd(name, _length);
            }

            _buffer[_length++] = (byte)label.Length;
            _length += Encoding.Latin1.GetBytes(label, _buffer.AsSpan(_length));
            name = dot < 0 ? "" : name[(dot + 1)..];
        }

        return TryBytes([0]);
    }

    private bool TryBytes(byte[] bytes)
    {
        if (!Fits(bytes.Length))
        {
            return false;
        }

        bytes.CopyTo(_buffer, _length);
        _length += bytes.Length;
        return true;
    }

    private bool Fits(int count) => _length + count <= _buffer.Length;

    private void Number16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(_length), (ushort)value);
        _length += 2;
    }

    private void Number32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(_length), value);
        _length += 4;
    }
}
