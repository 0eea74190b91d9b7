using System.Buffers;
using System.Text.Json;
using Coppice.Objects;

namespace Coppice.ApiServer.Protobuf;

/// <summary>
/// Turns an object's JSON into Kubernetes' protobuf encoding of it, by the numbers of its schema, in one go: the JSON of a version is
/// there already, and a record of it is not always. Byte for byte as Kubernetes writes it: fields by their numbers, and of what is absent
/// the empty value, unless it may be absent.
/// </summary>
internal ref struct ProtobufTranscoder
{
    // As deep as JSON of ours may be.
    private const int DepthMax = 512;

    private const long NanosecondsPerTick = 100;

    private readonly ReadOnlySpan<byte> _json;
    private readonly MessageBuffer _output;
    private Utf8JsonReader _reader;

    private ProtobufTranscoder(ReadOnlySpan<byte> json, MessageBuffer output)
    {
        _json = json;
        _output = output;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DepthMax });
    }

    /// <param name="json">Of an object of this schema, as written from a record.</param>
    public static void Write(ReadOnlySpan<byte> json, ObjectSchema schema, MessageBuffer output)
    {
        var transcoder = new ProtobufTranscoder(json, output);
        transcoder._reader.Read();
        transcoder.Object(ProtobufLayout.Of(schema));
    }

    // The reader stands at the object's start, and after it at its end.
    private void Object(ProtobufLayout layout)
    {
        var start = _output.Length;
        var next = 0;
        Span<(int Start, int Length)> parts = stackalloc (int Start, int Length)[layout.Count];
        parts.Clear();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = layout.Find(ref _reader, ref next);
            _reader.Read();
            if (at < 0 || _reader.TokenType == JsonTokenType.Null)
            {
                _reader.Skip();
                continue;
            }

            var from = _output.Length;
            Field(layout.At(at).Number, layout.At(at).Value);
            parts[at] = (from - start, _output.Length - from);
        }

        _output.Arrange(start, layout, parts);
    }

    private void Field(int number, ProtobufValue value)
    {
        switch (value.Shape)
        {
            case ValueShape.List:
                Elements(number, value.Element!);
                break;
            case ValueShape.Map:
                Entries(number, value.Element!);
                break;
            default:
                Value(number, value);
                break;
        }
    }

    private void Elements(int number, ProtobufValue element)
    {
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            Value(number, element);
        }
    }

    private void Entries(int number, ProtobufValue element)
    {
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = _output.Begin(number);
            _output.Text(1, ref _reader);
            _reader.Read();
            Value(2, element);
            _output.End(start);
        }
    }

    private void Value(int number, ProtobufValue value)
    {
        switch (value.Shape)
        {
            case ValueShape.String:
                _output.Text(number, ref _reader);
                break;
            case ValueShape.Boolean:
                _output.Number(number, _reader.GetBoolean() ? 1 : 0);
                break;
            case ValueShape.Int32 or ValueShape.Int64:
                _output.Number(number, _reader.GetInt64());
                break;
            case ValueShape.Number:
                _output.Double(number, _reader.GetDouble());
                break;
            case ValueShape.Bytes:
                Base64(number);
                break;
            default:
                var start = _output.Begin(number);
                Message(value);
                _output.End(start);
                break;
        }
    }

    /// <summary>What protobuf makes a message of.</summary>
    private void Message(ProtobufValue value)
    {
        switch (value.Shape)
        {
            case ValueShape.Object:
                Object(value.Object);
                break;
            case ValueShape.Time or ValueShape.MicroTime:
                Time();
                break;
            case ValueShape.Quantity:
                _output.Text(1, ref _reader);
                break;
            case ValueShape.IntOrString:
                IntOrString();
                break;
            case ValueShape.Any:
                var from = (int)_reader.TokenStartIndex;
                _reader.Skip();
                _output.Bytes(1, _json[from..(int)_reader.BytesConsumed]);
                break;
            case ValueShape.List:
                // A map's values cannot be repeated: a list there is a message whose first field is.
                Elements(1, value.Element!);
                break;
            default:
                throw new InvalidOperationException($"protobuf has no message for the shape {value.Shape}");
        }
    }

    private readonly void Time()
    {
        var time = _reader.GetDateTimeOffset();
        _output.Number(1, time.ToUnixTimeSeconds());
        _output.Number(2, time.Ticks % TimeSpan.TicksPerSecond * NanosecondsPerTick);
    }

    // All three fields, as Kubernetes writes them.
    private void IntOrString()
    {
        var isText = _reader.TokenType == JsonTokenType.String;
        _output.Number(1, isText ? 1 : 0);
        _output.Number(2, isText ? 0 : _reader.GetInt64());
        if (isText)
        {
            _output.Text(3, ref _reader);
        }
        else
        {
            _output.Bytes(3, []);
        }
    }

    private readonly void Base64(int number)
    {
        var text = _reader.ValueSpan;
        if (_reader.ValueIsEscaped)
        {
            _output.Bytes(number, _reader.GetBytesFromBase64());
            return;
        }

        var rented = ArrayPool<byte>.Shared.Rent(System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(text.Length));
        System.Buffers.Text.Base64.DecodeFromUtf8(text, rented, out _, out var written);
        _output.Bytes(number, rented.AsSpan(0, written));
        ArrayPool<byte>.Shared.Return(rented);
    }
}
