using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A machine that runs pods.</summary>
public sealed partial record Node : KubernetesObject
{
    /// <summary>What is wished of it.</summary>
    [Field(2)]
    public NodeSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>What it has, and how it is; written by the node.</summary>
    [Field(3)]
    public NodeStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What is wished of a node.</summary>
public sealed partial record NodeSpec
{
    /// <summary>The range that its pods' addresses come from.</summary>
    [Field(1)]
    public string? PodCIDR { get; init; }

    /// <summary>All its ranges, one for each IP family; the first is podCIDR.</summary>
    [Field(7, MergeList = true, List = ListType.Set)]
    public ValueList<string> PodCIDRs { get; init; }

    /// <summary>What the provider of the machine calls it.</summary>
    [Field(3)]
    public string? ProviderID { get; init; }

    /// <summary>True keeps new pods away; kubectl cordon sets it.</summary>
    [Field(4)]
    public bool Unschedulable { get; init; }

    /// <summary>Marks that keep pods away unless they tolerate them.</summary>
    [Field(5)]
    public ValueList<Taint> Taints { get; init; }

    /// <summary>Not used any more; kept so that old manifests are understood.</summary>
    [Field(6)]
    public NodeConfigSource? ConfigSource { get; init; }

    /// <summary>Not used any more; kept so that old manifests are understood.</summary>
    [Field(2)]
    public string? ExternalID { get; init; }
}

/// <summary>A mark on a node that keeps away pods that do not tolerate it.</summary>
public sealed partial record Taint
{
    /// <summary>What it is about.</summary>
    [Field(1, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>More of it; a toleration may ask for it.</summary>
    [Field(2)]
    public string? Value { get; init; }

    /// <summary>NoSchedule keeps new pods away, PreferNoSchedule if it can, NoExecute sends running ones away too.</summary>
    [Field(3, Required = true)]
    public string Effect { get; init => field = value ?? ""; } = "";

    /// <summary>When it was put there; tolerations in seconds count from it.</summary>
    [Field(4, Pointer = true)]
    public DateTimeOffset? TimeAdded { get; init; }
}

/// <summary>Where a node's settings came from, in a way not used any more.</summary>
public sealed partial record NodeConfigSource
{
    /// <summary>The ConfigMap that held them.</summary>
    [Field(2)]
    public ConfigMapNodeConfigSource? ConfigMap { get; init; }
}

/// <summary>A ConfigMap that held a node's settings.</summary>
public sealed partial record ConfigMapNodeConfigSource
{
    /// <summary>Its namespace.</summary>
    [Field(1, Required = true)]
    public string Namespace { get; init => field = value ?? ""; } = "";

    /// <summary>Its name.</summary>
    [Field(2, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its uid.</summary>
    [Field(3)]
    public string? Uid { get; init; }

    /// <summary>Its revision.</summary>
    [Field(4)]
    public string? ResourceVersion { get; init; }

    /// <summary>The key that they were under.</summary>
    [Field(5, Required = true)]
    public string KubeletConfigKey { get; init => field = value ?? ""; } = "";
}
