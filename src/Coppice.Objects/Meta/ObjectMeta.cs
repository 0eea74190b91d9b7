using System.Text.Json;

namespace Coppice.Objects.Meta;

public sealed record ObjectMeta
{
    [Field(1)]
    public string? Name { get; init; }

    [Field(2)]
    public string? GenerateName { get; init; }

    [Field(3)]
    public string? Namespace { get; init; }

    [Field(4)]
    public string? SelfLink { get; init; }

    [Field(5)]
    public string? Uid { get; init; }

    [Field(6)]
    public string? ResourceVersion { get; init; }

    [Field(7)]
    public long Generation { get; init; }

    [Field(8)]
    public DateTimeOffset? CreationTimestamp { get; init; }

    [Field(9)]
    public DateTimeOffset? DeletionTimestamp { get; init; }

    [Field(10)]
    public long? DeletionGracePeriodSeconds { get; init; }

    [Field(11)]
    public ValueMap<string> Labels { get; init; }

    [Field(12)]
    public ValueMap<string> Annotations { get; init; }

    [Field(13, MergeKey = "uid", List = ListType.Map, ListKeys = "uid")]
    public ValueList<OwnerReference> OwnerReferences { get; init; }

    [Field(14, MergeList = true, List = ListType.Set)]
    public ValueList<string> Finalizers { get; init; }

    [Field(17)]
    public ValueList<ManagedFieldsEntry> ManagedFields { get; init; }
}

public sealed record OwnerReference
{
    [Field(5, Required = true)]
    public string ApiVersion { get; init => field = value ?? ""; } = "";

    [Field(1, Required = true)]
    public string Kind { get; init => field = value ?? ""; } = "";

    [Field(3, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(4, Required = true)]
    public string Uid { get; init => field = value ?? ""; } = "";

    [Field(6)]
    public bool? Controller { get; init; }

    [Field(7)]
    public bool? BlockOwnerDeletion { get; init; }
}

public sealed record ManagedFieldsEntry
{
    [Field(1)]
    public string? Manager { get; init; }

    [Field(2)]
    public string? Operation { get; init; }

    [Field(3)]
    public string? ApiVersion { get; init; }

    [Field(4)]
    public DateTimeOffset? Time { get; init; }

    [Field(6)]
    public string? FieldsType { get; init; }

    [Field(7)]
    public JsonElement? FieldsV1 { get; init; }

    [Field(8)]
    public string? Subresource { get; init; }
}

/// <summary>The values of ManagedFieldsOperationType.</summary>
public static class ManagedFieldsOperationType
{
    public const string Apply = "Apply";
    public const string Update = "Update";
}
