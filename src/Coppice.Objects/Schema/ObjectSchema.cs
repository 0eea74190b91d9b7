namespace Coppice.Objects;

/// <summary>One field of an object: its JSON name, its shape and what the API machinery must know of it.</summary>
/// <param name="Owner">The name of the object's type, as in "PodSpec".</param>
public sealed record FieldSchema(string JsonName, ValueSchema Value, FieldAttribute Facts, string Owner)
{
    /// <summary>The list keys of <see cref="FieldAttribute.ListKeys"/>, split.</summary>
    public IReadOnlyList<string> ListKeys { get; } = Facts.ListKeys?.Split(',') ?? [];

    /// <summary>Where it is absent, it has no empty value in its place.</summary>
    public bool IsPointer { get; init; }

    /// <summary>Who says what the field is for.</summary>
    public Documentation Documentation { get; init; }
}

/// <summary>Where the sentence about a type or field is found: in the words themselves, or in the documentation of our own records.</summary>
/// <param name="Text">The words; null if they are looked up.</param>
/// <param name="Member">The name of the member that is documented, as in "P:Coppice.Objects.Core.PodSpec.NodeName"; null if there is none.</param>
public readonly record struct Documentation(string? Text, string? Member);

/// <summary>
/// What objects of a type look like: their fields, and how these are merged, decoded and published. Plain data, whether it was read off
/// a record of ours (<see cref="RecordSchemas"/>) or came with a kind that was made at run time.
/// </summary>
public sealed class ObjectSchema
{
    private readonly Dictionary<string, FieldSchema> _byName;

    /// <param name="name">The type's name in the API, as in "PodSpec".</param>
    /// <param name="package">Where its group's types are at home, as published: "io.k8s.api.core". With version and name it tells all types apart.</param>
    public ObjectSchema(string name, string package, IReadOnlyList<FieldSchema> fields)
    {
        Name = name;
        Package = package;
        Fields = fields;
        _byName = fields.ToDictionary(f => f.JsonName, StringComparer.Ordinal);
    }

    public string Name { get; }

    public string Package { get; }

    /// <summary>The version in the package's name.</summary>
    public string Version { get; init; } = "v1";

    /// <summary>Server-side apply replaces objects of this type whole.</summary>
    public bool IsAtomic { get; init; }

    /// <summary>Fields that the schema does not name are kept, as they came.</summary>
    public bool KeepsUnknown { get; init; }

    /// <summary>Of a kind that was made at run time: values that do not fit it are told of when objects are validated, and not when they are read.</summary>
    public bool IsCustom { get; init; }

    /// <summary>What this was made of and which says more, for those who know it: the schema of a definition. Null for records.</summary>
    public object? Origin { get; init; }

    public Documentation Documentation { get; init; }

    public IReadOnlyList<FieldSchema> Fields { get; }

    /// <summary>The field with a JSON name, or null.</summary>
    public FieldSchema? Find(string jsonName) => _byName.GetValueOrDefault(jsonName);

    /// <summary>The same for a name that is not a string yet, as it comes from a reader.</summary>
    public FieldSchema? Find(ReadOnlySpan<char> jsonName) =>
        _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(jsonName, out var field) ? field : null;
}
