using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Node : KubernetesObject
{
    [Field(2)]
    public NodeSpec Spec { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public NodeStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record NodeSpec
{
    [Field(1)]
    public string? PodCIDR { get; init; }

    [Field(7, MergeList = true, List = ListType.Set)]
    public ValueList<string> PodCIDRs { get; init; }

    [Field(3)]
    public string? ProviderID { get; init; }

    [Field(4)]
    public bool Unschedulable { get; init; }

    [Field(5)]
    public ValueList<Taint> Taints { get; init; }

    [Field(6)]
    public NodeConfigSource? ConfigSource { get; init; }

    [Field(2)]
    public string? ExternalID { get; init; }
}

public sealed record Taint
{
    [Field(1, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public string? Value { get; init; }

    [Field(3, Required = true)]
    public string Effect { get; init => field = value ?? ""; } = "";

    [Field(4)]
    public DateTimeOffset? TimeAdded { get; init; }
}

public sealed record NodeConfigSource
{
    [Field(2)]
    public ConfigMapNodeConfigSource? ConfigMap { get; init; }
}

public sealed record ConfigMapNodeConfigSource
{
    [Field(1, Required = true)]
    public string Namespace { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public string? Uid { get; init; }

    [Field(4)]
    public string? ResourceVersion { get; init; }

    [Field(5, Required = true)]
    public string KubeletConfigKey { get; init => field = value ?? ""; } = "";
}
