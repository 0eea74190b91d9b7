using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

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
    private readonly Type _type;

    private ValueSchema(Type type)
    {
        _type = type;
        Shape = ShapeOf(type);
        Element = Shape is ValueShape.List or ValueShape.Map ? Of(type.GetGenericArguments()[0]) : null;
    }

    public ValueShape Shape { get; }

    /// <summary>What a list or map holds; null for other shapes.</summary>
    public ValueSchema? Element { get; }

    /// <summary>The fields of an <see cref="ValueShape.Object"/>; looked up on demand, as types may contain themselves.</summary>
    public TypeSchema Object => TypeSchema.Of(_type);

    internal static ValueSchema Of(Type type) => new(Nullable.GetUnderlyingType(type) ?? type);

    private static ValueShape ShapeOf(Type type)
    {
        if (type.IsGenericType)
        {
            return type.GetGenericTypeDefinition() == typeof(ValueList<>) ? ValueShape.List : ValueShape.Map;
        }

        return type switch
        {
            _ when type == typeof(string) => ValueShape.String,
            _ when type == typeof(bool) => ValueShape.Boolean,
            _ when type == typeof(int) => ValueShape.Int32,
            _ when type == typeof(long) => ValueShape.Int64,
            _ when type == typeof(double) => ValueShape.Number,
            _ when type == typeof(DateTimeOffset) => ValueShape.Time,
            _ when type == typeof(MicroTime) => ValueShape.MicroTime,
            _ when type == typeof(Quantity) => ValueShape.Quantity,
            _ when type == typeof(IntOrString) => ValueShape.IntOrString,
            _ when type == typeof(Base64Data) => ValueShape.Bytes,
            _ when type == typeof(JsonElement) => ValueShape.Any,
            _ => ValueShape.Object,
        };
    }
}

/// <summary>One field of a type: its JSON name, its shape and what the API machinery must know of it.</summary>
/// <param name="Type">The type that declares the field.</param>
/// <param name="Property">The property, for its documentation.</param>
public sealed record FieldSchema(string JsonName, ValueSchema Value, FieldAttribute Facts, Type Type, PropertyInfo Property)
{
    /// <summary>The list keys of <see cref="FieldAttribute.ListKeys"/>, split.</summary>
    public IReadOnlyList<string> ListKeys { get; } = Facts.ListKeys?.Split(',') ?? [];
}

/// <summary>The fields of a type, as its properties and their <see cref="FieldAttribute"/>s declare them. Made once a type.</summary>
public sealed class TypeSchema
{
    private static readonly ConcurrentDictionary<Type, TypeSchema> Known = new();

    private readonly Dictionary<string, FieldSchema> _byName;

    private TypeSchema(Type type)
    {
        Type = type;
        Name = type.GetCustomAttribute<SchemaNameAttribute>()?.Name ?? type.Name;
        IsAtomic = type.IsDefined(typeof(AtomicObjectAttribute));
        Fields = [.. type.GetProperties()
            .Select(p => (Property: p, Facts: p.GetCustomAttribute<FieldAttribute>()))
            .Where(p => p.Facts is not null)
            .Select(p => new FieldSchema(NameOf(p.Property), ValueSchema.Of(p.Property.PropertyType), p.Facts!, type, p.Property))];
        _byName = Fields.ToDictionary(f => f.JsonName, StringComparer.Ordinal);
    }

    public Type Type { get; }

    /// <summary>The type's name in the API, as in "PodSpec".</summary>
    public string Name { get; }

    /// <summary>The last part of its group's folder, as in "Core"; with <see cref="Name"/> it tells all types apart.</summary>
    public string Group => Type.Namespace![(Type.Namespace!.LastIndexOf('.') + 1)..];

    /// <summary>Server-side apply replaces objects of this type whole.</summary>
    public bool IsAtomic { get; }

    public IReadOnlyList<FieldSchema> Fields { get; }

    public static TypeSchema Of(Type type) => Known.GetOrAdd(type, t => new TypeSchema(t));

    /// <summary>The field with a JSON name, or null.</summary>
    public FieldSchema? Find(string jsonName) => _byName.GetValueOrDefault(jsonName);

    /// <summary>The same for a name that is not a string yet, as it comes from a reader.</summary>
    public FieldSchema? Find(ReadOnlySpan<char> jsonName) =>
        _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(jsonName, out var field) ? field : null;

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
}
