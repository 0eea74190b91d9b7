namespace Coppice.Objects;

/// <summary>
/// What the API machinery must know of a field beyond its type. OpenAPI, strategic merge, validation of shape and pruning are all
/// derived from this one source.
/// </summary>
/// <param name="number">The field's number in the Kubernetes protobuf encoding; 0 where it has none.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FieldAttribute(int number) : Attribute
{
    public int Number { get; } = number;

    /// <summary>For a field that JSON shows inline but protobuf nests: the number of the nested message.</summary>
    public int Within { get; init; }

    /// <summary>Where the nested message nests another one again: its number there.</summary>
    public int WithinInner { get; init; }

    /// <summary>
    /// Of a text or moment: protobuf leaves it out where it is absent, as Kubernetes does with what may be absent (its pointers). Of others the type
    /// tells that; what may not be absent is written there with its empty value.
    /// </summary>
    public bool Pointer { get; init; }

    /// <summary>The field is part of every object, even with its empty value.</summary>
    public bool Required { get; init; }

    /// <summary>In a strategic merge patch, elements of this list are matched by this field of theirs.</summary>
    public string? MergeKey { get; init; }

    /// <summary>In a strategic merge patch, this list of plain values is merged as a set.</summary>
    public bool MergeList { get; init; }

    /// <summary>In a strategic merge patch, fields of this object that the patch does not name may be cleared ($retainKeys).</summary>
    public bool RetainKeys { get; init; }

    /// <summary>How server-side apply sees the elements of this list.</summary>
    public ListType List { get; init; }

    /// <summary>The fields that tell the elements of a <see cref="ListType.Map"/> apart, separated by commas.</summary>
    public string? ListKeys { get; init; }

    /// <summary>Server-side apply replaces this map whole.</summary>
    public bool AtomicMap { get; init; }

    /// <summary>Server-side apply takes this object field by field, though others of its type are replaced whole.</summary>
    public bool GranularMap { get; init; }

    /// <summary>The default that the published schema names.</summary>
    public string? Default { get; init; }
}

/// <summary>What kind of list a field is, as in the published schema's x-kubernetes-list-type.</summary>
public enum ListType
{
    Atomic,
    Set,
    Map,
}

/// <summary>The type's name in the API, where the language keeps us from using it.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SchemaNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>Values of this type are one thing or another in the API: like Kubernetes' decoder, the schema does not look inside.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AnyJsonAttribute : Attribute;

/// <summary>Objects of this kind are not told in protobuf, where some of their fields would be messages that JSON shows as one value.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class JsonOnlyAttribute : Attribute;

/// <summary>Server-side apply replaces objects of this type whole: their fields make sense only together.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AtomicObjectAttribute : Attribute;
