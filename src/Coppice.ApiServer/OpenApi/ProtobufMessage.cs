using Google.Protobuf;

namespace Coppice.ApiServer.OpenApi;

/// <summary>A protobuf message written field by field from its numbers; fields with empty values are left out.</summary>
internal sealed class ProtobufMessage
{
    private readonly MemoryStream _bytes = new();
    private readonly CodedOutputStream _output;

    private ProtobufMessage() => _output = new CodedOutputStream(_bytes, bufferSize: 256, leaveOpen: true);

    public static byte[] Write(Action<ProtobufMessage> write)
    {
        var message = new ProtobufMessage();
        write(message);
        message._output.Flush();
        return message._bytes.ToArray();
    }

    public void String(int field, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Present(field, value);
        }
    }

    public void Strings(int field, IEnumerable<string> values)
    {
        foreach (var value in values)
        {
            String(field, value);
        }
    }

    public void Boolean(int field, bool value)
    {
        if (value)
        {
            Present(field, true);
        }
    }

    public void Whole(int field, long value)
    {
        if (value != 0)
        {
            _output.WriteTag(field, WireFormat.WireType.Varint);
            _output.WriteInt64(value);
        }
    }

    public void Number(int field, double value)
    {
        if (value != 0)
        {
            Present(field, value);
        }
    }

    /// <summary>A value that is there even when it is empty, as it is one of several of which a message has one.</summary>
    public void Present(int field, string value)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteString(value);
    }

    /// <inheritdoc cref="Present(int, string)"/>
    public void Present(int field, bool value)
    {
        _output.WriteTag(field, WireFormat.WireType.Varint);
        _output.WriteBool(value);
    }

    /// <inheritdoc cref="Present(int, string)"/>
    public void Present(int field, double value)
    {
        _output.WriteTag(field, WireFormat.WireType.Fixed64);
        _output.WriteDouble(value);
    }

    /// <summary>A nested message; it is there even when it is empty.</summary>
    public void Message(int field, Action<ProtobufMessage> write)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteBytes(UnsafeByteOperations.UnsafeWrap(Write(write)));
    }
}
