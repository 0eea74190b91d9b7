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

    private ProtobufLayout(ObjectSchema schema) => _fields = [.. schema.Fields.Where(field => field.Facts.Number > 0).Select(field => new ProtobufField(field))];

    public static ProtobufLayout Of(ObjectSchema schema) => Known.GetOrAdd(schema, made => new ProtobufLayout(made));

    /// <summary>The field whose name was just read; null for one without a number.</summary>
    /// <param name="next">Where to look first, which is behind the field before: objects are written in the order of their schema.</param>
    public ProtobufField? Find(ref Utf8JsonReader name, ref int next)
    {
        for (var looked = 0; looked < _fields.Length; looked++)
        {
            var at = next + looked < _fields.Length ? next + looked : next + looked - _fields.Length;
            if (name.ValueTextEquals(_fields[at].Name))
            {
                next = at + 1 < _fields.Length ? at + 1 : 0;
                return _fields[at];
            }
        }

        return null;
    }
}

/// <param name="schema">Of a field that has a number.</param>
internal sealed class ProtobufField(FieldSchema schema)
{
    /// <summary>As in JSON.</summary>
    public byte[] Name { get; } = Encoding.UTF8.GetBytes(schema.JsonName);

    public int Number { get; } = schema.Facts.Number;

    /// <summary>The numbers of the message, and of the one in that, which JSON shows inline; 0 for none.</summary>
    public (int Outer, int Inner) Within { get; } = (schema.Facts.Within, schema.Facts.WithinInner);

    public ProtobufValue Value { get; } = new(schema.Value);
}

/// <summary>The shape of one value, with the layout of what it is made of.</summary>
internal sealed class ProtobufValue(ValueSchema schema)
{
    // Looked up on demand, as types may contain their like.
    private ProtobufLayout? _object;

    public ValueShape Shape => schema.Shape;

    public ProtobufValue? Element { get; } = schema.Element is { } element ? new ProtobufValue(element) : null;

    public ProtobufLayout Object => _object ??= ProtobufLayout.Of(schema.Object);
}
