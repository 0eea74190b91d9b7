namespace Coppice.Objects;

/// <summary>The shapes that JSON values of the API have.</summary>
public enum ValueShape
{
    String,
    Boolean,
    Int32,
    Int64,
    Number,
    Time,
    MicroTime,
    Quantity,
    IntOrString,
    Bytes,

    /// <summary>Any JSON at all.</summary>
    Any,

    /// <summary>An object with known fields: <see cref="ValueSchema.Object"/>.</summary>
    Object,

    /// <summary>A list of <see cref="ValueSchema.Element"/>.</summary>
    List,

    /// <summary>An object with free names and values of <see cref="ValueSchema.Element"/>.</summary>
    Map,
}

/// <summary>The shape of one value.</summary>
public sealed class ValueSchema
{
    private readonly Func<ObjectSchema>? _object;

    private ValueSchema(ValueShape shape, ValueSchema? element, Func<ObjectSchema>? fields)
    {
        Shape = shape;
        Element = element;
        _object = fields;
    }

    public ValueShape Shape { get; }

    /// <summary>What a list or map holds; null for other shapes.</summary>
    public ValueSchema? Element { get; }

    /// <summary>The fields of an <see cref="ValueShape.Object"/>; looked up on demand, as objects may contain their like.</summary>
    /// <exception cref="InvalidOperationException">The value has another shape.</exception>
    public ObjectSchema Object => _object is null ? throw new InvalidOperationException($"A {Shape} has no fields.") : _object();

    /// <summary>Of <see cref="ValueShape.Any"/>: it need not even be an object. Published schemas say nothing of it.</summary>
    public bool IsUntyped { get; private init; }

    /// <summary>Any JSON, and a text or a number as well as an object.</summary>
    public static ValueSchema Untyped { get; } = new(ValueShape.Any, null, null) { IsUntyped = true };

    /// <summary>Any JSON at all.</summary>
    public static ValueSchema Anything { get; } = Scalar(ValueShape.Any);

    /// <summary>A value without parts.</summary>
    public static ValueSchema Scalar(ValueShape shape) => new(shape, null, null);

    public static ValueSchema ListOf(ValueSchema element) => new(ValueShape.List, element, null);

    public static ValueSchema MapOf(ValueSchema element) => new(ValueShape.Map, element, null);

    public static ValueSchema Of(Func<ObjectSchema> fields) => new(ValueShape.Object, null, fields);
}
