using Google.Protobuf;

namespace Coppice.ApiServer.Tests.OpenApi;

/// <summary>A protobuf message read back without its definition: the values of each field by number.</summary>
internal sealed class ProtobufFields
{
    private readonly List<(int Field, object Value)> _values = [];

    public ProtobufFields(byte[] message)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is not 0 and var tag)
        {
            object value = WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadUInt64(),
                WireFormat.WireType.Fixed64 => input.ReadDouble(),
                _ => input.ReadBytes().ToByteArray(),
            };
            _values.Add((WireFormat.GetTagFieldNumber(tag), value));
        }
    }

    public IEnumerable<ProtobufFields> Messages(int field) => _values.Where(v => v.Field == field).Select(v => new ProtobufFields((byte[])v.Value));

    /// <summary>The message at the end of a path of fields.</summary>
    public ProtobufFields Message(params int[] path) => path.Aggregate(this, (at, field) => at.Messages(field).First());

    public IEnumerable<string> Strings(int field) => _values.Where(v => v.Field == field).Select(v => ByteString.CopyFrom((byte[])v.Value).ToStringUtf8());

    public byte[] Bytes(int field) => (byte[])_values.First(v => v.Field == field).Value;

    public string String(int field) => Strings(field).FirstOrDefault() ?? "";

    /// <summary>The value of a map's entry: entries have the name in field 1 and the value in field 2.</summary>
    public ProtobufFields Entry(int map, string name) => Messages(map).Single(e => e.String(1) == name).Message(2);
}
