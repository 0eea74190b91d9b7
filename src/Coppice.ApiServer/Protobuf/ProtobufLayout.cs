using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Coppice.Objects;

namespace Coppice.ApiServer.Protobuf;

/// <summary>The fields of a type as JSON names and protobuf numbers them. Made once a schema.</summary>
internal sealed class ProtobufLayout
{
    private static readonly ConcurrentDictionary<ObjectSchema, ProtobufLayout> Known = new(ReferenceEqualityComparer.Instance);

    private readonly ProtobufField[] _fields;
    private byte[]? _empty;

    private ProtobufLayout(ObjectSchema schema)
    {
        _fields = [.. schema.Fields.Where(field => field.Facts.Number > 0).Select(field => new ProtobufField(field))];
        Order = [.. Enumerable.Range(0, _fields.Length).OrderBy(at => _fields[at].Place)];
    }

    /// <summary>How many fields there are.</summary>
    public int Count => _fields.Length;

    /// <summary>The fields' indexes in the order in which they are written: by their numbers.</summary>
    public int[] Order { get; }

    /// <summary>The message of an object of which nothing is said.</summary>
    public byte[] Empty => _empty ??= MakeEmpty();

    public static ProtobufLayout Of(ObjectSchema schema) => Known.GetOrAdd(schema, made => new ProtobufLayout(made));

    public ProtobufField At(int index) => _fields[index];

    /// <summary>The index of the field whose name was just read; -1 for one without a number.</summary>
    /// <param name="next">Where to look first, which is behind the field before: objects are written in the order of their schema.</param>
    public int Find(ref Utf8JsonReader name, ref int next)
    {
        for (var looked = 0; looked < _fields.Length; looked++)
        {
            var at = next + looked < _fields.Length ? next + looked : next + looked - _fields.Length;
            if (name.ValueTextEquals(_fields[at].Name))
            {
                next = at + 1 < _fields.Length ? at + 1 : 0;
                return at;
            }
        }

        return -1;
    }

    private byte[] MakeEmpty()
    {
        var message = new MessageBuffer();
        message.Arrange(0, this, new (int, int)[Count]);
        return message.Written.ToArray();
    }
}

/// <param name="schema">Of a field that has a number.</param>
internal sealed class ProtobufField(FieldSchema schema)
{
    private byte[]? _absent;

    /// <summary>As in JSON.</summary>
    public byte[] Name { get; } = Encoding.UTF8.GetBytes(schema.JsonName);

    public int Number { get; } = schema.Facts.Number;

    /// <summary>The numbers of the message, and of the one in that, which JSON shows inline; 0 for none.</summary>
    public (int Outer, int Inner) Within { get; } = (schema.Facts.Within, schema.Facts.WithinInner);

    /// <summary>Where it stands among the fields: by the numbers of what it is in, and then its own.</summary>
    public (int, int, int) Place => Within switch
    {
        (0, _) => (Number, 0, 0),
        (var outer, 0) => (outer, Number, 0),
        var (outer, inner) => (outer, inner, Number),
    };

    public ProtobufValue Value { get; } = new(schema.Value);

    /// <summary>What is written where there is nothing, as Kubernetes does: the empty value, but nothing for lists, maps and what may be absent.</summary>
    public byte[] Absent => _absent ??= schema.IsPointer ? [] : MakeAbsent();

    private byte[] MakeAbsent()
    {
        var field = new MessageBuffer();
        switch (Value.Shape)
        {
            case ValueShape.List or ValueShape.Map or ValueShape.Bytes:
                break;
            case ValueShape.Boolean or ValueShape.Int32 or ValueShape.Int64:
                field.Number(Number, 0);
                break;
            case ValueShape.Number:
                field.Double(Number, 0);
                break;
            default:
                field.Bytes(Number, Value.Empty);
                break;
        }

        return field.Written.ToArray();
    }
}

/// <summary>The shape of one value, with the layout of what it is made of.</summary>
internal sealed class ProtobufValue(ValueSchema schema)
{
    // Looked up on demand, as types may contain their like.
    private ProtobufLayout? _object;

    public ValueShape Shape => schema.Shape;

    public ProtobufValue? Element { get; } = schema.Element is { } element ? new ProtobufValue(element) : null;

    public ProtobufLayout Object => _object ??= ProtobufLayout.Of(schema.Object);

    /// <summary>Of a text or message that is not there: a quantity is 0 and a port is the number 0, with all that they have beside it.</summary>
    public ReadOnlySpan<byte> Empty => Shape switch
    {
        ValueShape.Object => Object.Empty,
        ValueShape.Quantity => [1 << 3 | 2, 1, (byte)'0'],
        ValueShape.IntOrString => [1 << 3, 0, 2 << 3, 0, 3 << 3 | 2, 0],
        _ => [],
    };
}
