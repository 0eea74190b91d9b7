using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;

namespace Coppice.ApiServer.Protobuf;

/// <summary>A protobuf message in the making: tags, numbers, and messages in it, whose length is known only at their end.</summary>
internal sealed class MessageBuffer
{
    private const int VarintBytesMax = 10;

    private byte[] _bytes = new byte[4096];
    private byte[] _aside = [];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>In bytes, so far.</summary>
    public int Length => _length;

    public void Clear() => _length = 0;

    public void Number(int field, long value)
    {
        Tag(field, wireType: 0);
        Varint((ulong)value);
    }

    public void Double(int field, double value)
    {
        Tag(field, wireType: 1);
        BinaryPrimitives.WriteDoubleLittleEndian(Room(sizeof(double)), value);
        _length += sizeof(double);
    }

    /// <summary>Of bytes that somebody else writes behind this.</summary>
    public void BytesHead(int field, long length)
    {
        Tag(field, wireType: 2);
        Varint((ulong)length);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        BytesHead(field, value.Length);
        value.CopyTo(Room(value.Length));
        _length += value.Length;
    }

    /// <summary>The string or name that a reader stands at.</summary>
    public void Text(int field, ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            Bytes(field, reader.ValueSpan);
            return;
        }

        var start = Begin(field);
        _length += reader.CopyString(Room(reader.ValueSpan.Length));
        End(start);
    }

    /// <summary>A message in this one. Returns what <see cref="End"/> is to be told.</summary>
    public int Begin(int field)
    {
        Tag(field, wireType: 2);

        // One byte has the length of most; for others the content makes room.
        Room(1);
        return _length++;
    }

    public void End(int start)
    {
        var content = _length - start - 1;
        var more = VarintLength((ulong)content) - 1;
        if (more > 0)
        {
            Room(more);
            _bytes.AsSpan(start + 1, content).CopyTo(_bytes.AsSpan(start + 1 + more));
        }

        _length = start;
        Varint((ulong)content);
        _length += content;
    }

    /// <summary>In bytes.</summary>
    public static int VarintLength(ulong value) => Math.Max(1, (BitOperations.Log2(value) / 7) + 1);

    /// <summary>Puts the fields of a message, which were written as they came, in their order, with what stands for those that are absent.</summary>
    /// <param name="start">Where the first of them is; they are the last that was written.</param>
    /// <param name="parts">Where each field is from there on, and how long; no length for what is absent.</param>
    public void Arrange(int start, ProtobufLayout layout, ReadOnlySpan<(int Start, int Length)> parts)
    {
        var length = _length - start;
        if (_aside.Length < length)
        {
            _aside = new byte[Math.Max(2 * _aside.Length, length)];
        }

        _bytes.AsSpan(start, length).CopyTo(_aside);
        _length = start;
        var within = (Outer: 0, Inner: 0);
        var (outer, inner) = (0, 0);
        foreach (var at in layout.Order)
        {
            var field = layout.At(at);
            if (field.Within != within)
            {
                // What stands side by side in a nested message goes into one.
                var isInSame = within.Outer == field.Within.Outer;
                EndWithin((isInSame ? 0 : within.Outer, within.Inner), outer, inner);
                outer = isInSame || field.Within.Outer == 0 ? outer : Begin(field.Within.Outer);
                inner = field.Within.Inner == 0 ? inner : Begin(field.Within.Inner);
                within = field.Within;
            }

            var part = parts[at].Length == 0 ? field.Absent : _aside.AsSpan(parts[at].Start, parts[at].Length);
            part.CopyTo(Room(part.Length));
            _length += part.Length;
        }

        EndWithin(within, outer, inner);
    }

    private void EndWithin((int Outer, int Inner) within, int outer, int inner)
    {
        if (within.Inner > 0)
        {
            End(inner);
        }

        if (within.Outer > 0)
        {
            End(outer);
        }
    }

    private void Tag(int field, int wireType) => Varint(((ulong)field << 3) | (uint)wireType);

    private void Varint(ulong value)
    {
        var room = Room(VarintBytesMax);
        var at = 0;
        while (value > 0x7f)
        {
            room[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        room[at] = (byte)value;
        _length += at + 1;
    }

    private Span<byte> Room(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + count));
        }

        return _bytes.AsSpan(_length);
    }
}
