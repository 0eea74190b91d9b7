using System.Text.Json.Serialization;

namespace Coppice.Objects.Meta;

/// <summary>What every object carries whatever its kind: its identity, its labels, and its place in history.</summary>
public sealed partial record ObjectMeta
{
    /// <summary>Tells the object apart from others of its kind in its namespace; cannot be changed.</summary>
    [Field(1)]
    public string? Name { get; init; }

    /// <summary>Start of a name that the server completes with random letters when name is empty.</summary>
    [Field(2)]
    public string? GenerateName { get; init; }

    /// <summary>The namespace that the object lives in; empty for objects of the whole cluster.</summary>
    [Field(3)]
    public string? Namespace { get; init; }

    /// <summary>Once the object's own address; no longer filled in.</summary>
    [Field(4)]
    public string? SelfLink { get; init; }

    /// <summary>
    /// Set by the server and never used twice, so that an object made anew under an old name is not mistaken for the former.
    /// </summary>
    [Field(5)]
    public string? Uid { get; init; }

    /// <summary>The revision of the last change; sent back with an update, it refuses one based on an older state.</summary>
    [Field(6)]
    public string? ResourceVersion { get; init; }

    /// <summary>Counts the changes of what is wished for (the spec), starting at 1.</summary>
    [Field(7)]
    public long Generation { get; init; }

    /// <summary>CreationTimestamp is a timestamp of the server's: when it took the object in.</summary>
    [Field(8)]
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>When the object is due to be gone; set once deletion was asked for, and never taken back.</summary>
    [Field(9, Pointer = true)]
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>Seconds that the object was given to end in order when its deletion was asked for.</summary>
    [Field(10)]
    public long? DeletionGracePeriodSeconds { get; init; }

    /// <summary>Short values to select and group objects by.</summary>
    [Field(11)]
    public ValueMap<string> Labels { get; init; }

    /// <summary>Free notes of people and tools; nothing can be selected by them.</summary>
    [Field(12)]
    public ValueMap<string> Annotations { get; init; }

    /// <summary>The objects that this one exists for; when the last of them is gone, it is removed too.</summary>
    [Field(13, MergeKey = "uid", List = ListType.Map, ListKeys = "uid")]
    public ValueList<OwnerReference> OwnerReferences { get; init; }

    /// <summary>Names of those who have something to tidy up first; a deleted object stays until the list is empty.</summary>
    [Field(14, MergeList = true, List = ListType.Set)]
    public ValueList<string> Finalizers { get; init; }

    /// <summary>Who set which fields, as server-side apply needs to know it.</summary>
    [Field(17)]
    [JsonConverter(typeof(ManagedFieldsConverter))]
    public ValueList<ManagedFieldsEntry> ManagedFields { get; init; }
}

/// <summary>Points from an object to one that it exists for, in the same namespace or in none.</summary>
[AtomicObject]
public sealed partial record OwnerReference
{
    /// <summary>Group and version of the owner's kind.</summary>
    [Field(5, Required = true)]
    public string ApiVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The owner's kind.</summary>
    [Field(1, Required = true)]
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>The owner's name.</summary>
    [Field(3, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The owner's uid; an owner of another uid is not meant.</summary>
    [Field(4, Required = true)]
    public string Uid { get; init => field = value ?? ""; } = "";

    /// <summary>True for the one owner that keeps this object as it should be.</summary>
    [Field(6)]
    public bool? Controller { get; init; }

    /// <summary>A foreground deletion of the owner waits for this object to go first.</summary>
    [Field(7)]
    public bool? BlockOwnerDeletion { get; init; }
}

/// <summary>The fields that one manager set in one way.</summary>
public sealed partial record ManagedFieldsEntry
{
    /// <summary>What a client sends to have all entries forgotten.</summary>
    public static readonly ValueList<ManagedFieldsEntry> Reset = [new()];

    /// <summary>Name of the program or person, as given with the request.</summary>
    [Field(1)]
    [JsonConverter(typeof(SharedWordConverter))]
    public string? Manager { get; init; }

    /// <summary>How they were set: Apply or Update.</summary>
    [Field(2)]
    [JsonConverter(typeof(SharedWordConverter))]
    public string? Operation { get; init; }

    /// <summary>The version of the kind that the fields are named in.</summary>
    [Field(3)]
    [JsonConverter(typeof(SharedWordConverter))]
    public string? ApiVersion { get; init; }

    /// <summary>When the set was last changed.</summary>
    [Field(4, Pointer = true)]
    public DateTimeOffset? Time { get; init; }

    /// <summary>The form of the set; FieldsV1 is the only one.</summary>
    [Field(6)]
    [JsonConverter(typeof(SharedWordConverter))]
    public string? FieldsType { get; init; }

    /// <summary>The fields themselves, as a tree of their paths.</summary>
    [Field(7)]
    public FieldsV1? FieldsV1 { get; init; }

    /// <summary>The subresource written through, such as status; empty for the object itself.</summary>
    [Field(8)]
    [JsonConverter(typeof(SharedWordConverter))]
    public string? Subresource { get; init; }
}

/// <summary>The values of ManagedFieldsOperationType.</summary>
public static class ManagedFieldsOperationType
{
    public const string Apply = "Apply";
    public const string Update = "Update";
}
