using Coppice.Objects.Meta;

namespace Coppice.Objects.Networking;

/// <summary>A range of addresses that services get theirs from.</summary>
public sealed partial record ServiceCIDR : KubernetesObject
{
    /// <summary>The range.</summary>
    [Field(2)]
    public ServiceCIDRSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>Whether it is in use.</summary>
    [Field(3)]
    public ServiceCIDRStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>A range of addresses for services.</summary>
public sealed partial record ServiceCIDRSpec
{
    /// <summary>The range; two are one of each family. A second may be added, nothing else can be changed.</summary>
    [Field(1)]
    public ValueList<string> Cidrs { get; init; }
}

/// <summary>Whether a range of addresses is in use.</summary>
public sealed partial record ServiceCIDRStatus
{
    /// <summary>What can be said of it; Ready says that services may get addresses of it.</summary>
    [Field(1, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<Condition> Conditions { get; init; }
}
