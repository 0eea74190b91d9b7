using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Google.Protobuf;

namespace Coppice.ApiServer.Decoding;

/// <summary>
/// Reads objects in Kubernetes' protobuf encoding, which newer clients send: an envelope with the kind, and the object with the field
/// numbers that <see cref="FieldAttribute"/> names. It becomes JSON, and goes the way of all bodies.
/// </summary>
internal static class ProtobufBody
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    // The envelope's fields (runtime.Unknown and its TypeMeta).
    private const int TypeMeta = 1;
    private const int Raw = 2;

    private static readonly byte[] Magic = "k8s\0"u8.ToArray();

    /// <exception cref="ApiError">BadRequest: not such an encoding.</exception>
    public static byte[] ToJson(ReadOnlyMemory<byte> body, ObjectSchema schema)
    {
        if (!body.Span.StartsWith(Magic))
        {
            throw ApiErrors.BadRequest("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }

        try
        {
            var (apiVersion, kind, raw) = ReadEnvelope(body[Magic.Length..]);
            var json = ReadObject(raw, schema, within: 0);
            json["apiVersion"] = apiVersion;
            json["kind"] = kind;
            return Encoding.UTF8.GetBytes(json.ToJsonString());
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or JsonException or ArgumentException)
        {
            throw ApiErrors.BadRequest($"the protobuf message could not be read: {e.Message}");
        }
    }

    private static (string? ApiVersion, string? Kind, ByteString Raw) ReadEnvelope(ReadOnlyMemory<byte> body)
    {
        string? apiVersion = null;
        string? kind = null;
        var raw = ByteString.Empty;
        var input = new CodedInputStream(body.ToArray());
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case TypeMeta:
                    var meta = input.ReadBytes().CreateCodedInput();
                    while (meta.ReadTag() is var metaTag and not 0)
                    {
                        (apiVersion, kind) = WireFormat.GetTagFieldNumber(metaTag) == 1 ? (meta.ReadString(), kind) : (apiVersion, meta.ReadString());
                    }

                    break;
                case Raw:
                    raw = input.ReadBytes();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return (apiVersion, kind, raw);
    }

    /// <param name="within">The number of the nested message whose fields JSON shows inline; 0 for the object itself.</param>
    /// <param name="inner">The number of one in that.</param>
    private static JsonObject ReadObject(ByteString message, ObjectSchema schema, int within, int inner = 0)
    {
        var json = new JsonObject();
        var input = message.CreateCodedInput();
        while (input.ReadTag() is var tag and not 0)
        {
            var number = WireFormat.GetTagFieldNumber(tag);
            if (schema.Fields.FirstOrDefault(f => f.Facts.Number == number && f.Facts.Within == within && f.Facts.WithinInner == inner && number != 0) is { } field)
            {
                ReadField(input, tag, field, json);
            }
            else if (within == 0 && schema.Fields.Any(f => f.Facts.Within == number))
            {
                Take(ReadObject(input.ReadBytes(), schema, number));
            }
            else if (within != 0 && inner == 0 && schema.Fields.Any(f => f.Facts.Within == within && f.Facts.WithinInner == number))
            {
                Take(ReadObject(input.ReadBytes(), schema, within, number));
            }
            else
            {
                input.SkipLastField();
            }
        }

        return json;

        void Take(JsonObject nested)
        {
            foreach (var (name, value) in nested.ToList())
            {
                json[name] = value?.DeepClone();
            }
        }
    }

    private static void ReadField(CodedInputStream input, uint tag, FieldSchema field, JsonObject json)
    {
        switch (field.Value.Shape)
        {
            case ValueShape.List:
                if (json[field.JsonName] is not JsonArray list)
                {
                    json[field.JsonName] = list = [];
                }

                ReadElements(input, tag, field.Value.Element!, list);
                break;
            case ValueShape.Map:
                if (json[field.JsonName] is not JsonObject map)
                {
                    json[field.JsonName] = map = [];
                }

                ReadEntry(input.ReadBytes().CreateCodedInput(), field.Value.Element!, map);
                break;
            default:
                json[field.JsonName] = ReadValue(input, field.Value);
                break;
        }
    }

    private static void ReadElements(CodedInputStream input, uint tag, ValueSchema element, JsonArray list)
    {
        var isNumber = element.Shape is ValueShape.Int32 or ValueShape.Int64 or ValueShape.Boolean;
        if (!isNumber || WireFormat.GetTagWireType(tag) != WireFormat.WireType.LengthDelimited)
        {
            list.Add(ReadValue(input, element));
            return;
        }

        var packed = input.ReadBytes().CreateCodedInput();
        while (!packed.IsAtEnd)
        {
            list.Add(ReadValue(packed, element));
        }
    }

    private static void ReadEntry(CodedInputStream entry, ValueSchema element, JsonObject map)
    {
        var key = "";
        JsonNode? value = null;
        while (entry.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == 1)
            {
                key = entry.ReadString();
            }
            else
            {
                value = ReadValue(entry, element);
            }
        }

        map[key] = value ?? (element.Shape is ValueShape.String or ValueShape.Bytes ? "" : null);
    }

    private static JsonNode? ReadValue(CodedInputStream input, ValueSchema schema) => schema.Shape switch
    {
        ValueShape.String => input.ReadString(),
        ValueShape.Boolean => input.ReadBool(),
        ValueShape.Int32 => input.ReadInt32(),
        ValueShape.Int64 => input.ReadInt64(),
        ValueShape.Number => input.ReadDouble(),
        ValueShape.Bytes => Convert.ToBase64String(input.ReadBytes().Span),
        ValueShape.Quantity => ReadMessage(input).Text(1) ?? "0",
        ValueShape.Time => ReadTime(input) is { } time ? ApiTime.Write(time) : null,
        ValueShape.MicroTime => ReadTime(input) is { } time ? new MicroTime(time).ToString() : null,
        ValueShape.IntOrString => ReadIntOrString(input),
        ValueShape.Any => ReadMessage(input).Text(1) is { Length: > 0 } text ? JsonNode.Parse(text) : null,
        ValueShape.Object => ReadObject(input.ReadBytes(), schema.Object, within: 0),
        ValueShape.List => ReadListInMap(input.ReadBytes().CreateCodedInput(), schema.Element!),
        _ => throw new InvalidOperationException($"no single value has the shape {schema.Shape}"),
    };

    /// <summary>A map's values cannot be repeated: a list there is a message whose first field is.</summary>
    private static JsonArray ReadListInMap(CodedInputStream message, ValueSchema element)
    {
        var list = new JsonArray();
        while (message.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == 1)
            {
                ReadElements(message, tag, element, list);
            }
            else
            {
                message.SkipLastField();
            }
        }

        return list;
    }

    /// <summary>Go's zero time is told by an empty message.</summary>
    private static DateTimeOffset? ReadTime(CodedInputStream input)
    {
        var message = ReadMessage(input);
        return message.IsEmpty ? null : DateTimeOffset.FromUnixTimeSeconds(message.Number(1)).AddTicks(message.Number(2) / 100);
    }

    private static JsonNode ReadIntOrString(CodedInputStream input)
    {
        var message = ReadMessage(input);
        return message.Number(1) == 1 ? message.Text(3) ?? "" : (int)message.Number(2);
    }

    private static SmallMessage ReadMessage(CodedInputStream input)
    {
        var numbers = new Dictionary<int, long>();
        var texts = new Dictionary<int, string>();
        var message = input.ReadBytes().CreateCodedInput();
        while (message.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.Varint)
            {
                numbers[WireFormat.GetTagFieldNumber(tag)] = message.ReadInt64();
            }
            else
            {
                texts[WireFormat.GetTagFieldNumber(tag)] = Encoding.UTF8.GetString(message.ReadBytes().Span);
            }
        }

        return new SmallMessage(numbers, texts);
    }

    /// <summary>One of the value types that protobuf makes a message of.</summary>
    private readonly record struct SmallMessage(Dictionary<int, long> Numbers, Dictionary<int, string> Texts)
    {
        public bool IsEmpty => Numbers.Count == 0 && Texts.Count == 0;

        public long Number(int field) => Numbers.GetValueOrDefault(field);

        public string? Text(int field) => Texts.GetValueOrDefault(field);
    }
}
