using System.Text.Json;
using Coppice.Objects;

namespace Coppice.ApiServer.Ownership;

/// <summary>What of a value has owners of its own.</summary>
internal enum Granularity
{
    /// <summary>Nothing: it is set, owned and replaced whole.</summary>
    Whole,

    /// <summary>Each field of an object, each key of a map.</summary>
    Fields,

    /// <summary>Each plain value of a list.</summary>
    Set,

    /// <summary>Each object of a list, told apart by its key fields.</summary>
    Keyed,
}

/// <summary>How a value is owned and merged, as its schema says.</summary>
internal readonly struct MergeShape
{
    // Null for any JSON at all, where a map is taken field by field and all else whole.
    private readonly ValueSchema? _value;
    private readonly FieldSchema? _field;

    private MergeShape(ValueSchema? value, FieldSchema? field) => (_value, _field) = (value, field);

    /// <summary>The field that a list with keys is; a list that is no field has none.</summary>
    public FieldSchema FieldOf => _field ?? throw new InvalidOperationException("only a field has list keys");

    public ValueSchema? Schema => _value;

    public static MergeShape Of(ObjectSchema schema) => new(ValueSchema.Of(() => schema), null);

    /// <summary>As the schema says; where it says nothing, as the value is.</summary>
    public Granularity For(JsonElement value) => _value?.Shape switch
    {
        null or ValueShape.Any => value.ValueKind is JsonValueKind.Object or JsonValueKind.Null ? Granularity.Fields : Granularity.Whole,
        ValueShape.Object => _field switch
        {
            { Facts.AtomicMap: true } => Granularity.Whole,
            { Facts.GranularMap: true } => Granularity.Fields,
            _ => _value.Object.IsAtomic ? Granularity.Whole : Granularity.Fields,
        },
        ValueShape.Map => _field is { Facts.AtomicMap: true } ? Granularity.Whole : Granularity.Fields,
        ValueShape.List => _field?.Facts.List switch
        {
            ListType.Set => Granularity.Set,
            ListType.Map => Granularity.Keyed,
            _ => Granularity.Whole,
        },
        _ => Granularity.Whole,
    };

    /// <summary>The schema names this field: it is there because of its type, not because somebody made it up.</summary>
    public bool Names(string field) => _value is { Shape: ValueShape.Object } && _value.Object.Find(field) is not null;

    /// <summary>The schema has a place for this field.</summary>
    public bool Takes(string field) => _value is not { Shape: ValueShape.Object } || _value.Object.KeepsUnknown || Names(field);

    public MergeShape Field(string name) => _value switch
    {
        { Shape: ValueShape.Object } when _value.Object.Find(name) is { } field => new(field.Value, field),
        { Shape: ValueShape.Map } => new(_value.Element, null),
        _ => default,
    };

    public MergeShape Element => new(_value?.Element, null);

    /// <summary>What is below a step.</summary>
    public MergeShape Below(PathElement step) => step.Kind == PathKind.Field ? Field(step.Text) : step.Kind == PathKind.Key ? Element : default;
}
