using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>What is needed, and what may be used at most.</summary>
public sealed partial record ResourceRequirements
{
    /// <summary>The most that may be used; CPU beyond it is slowed, memory beyond it ends the container.</summary>
    [Field(1)]
    public ValueMap<Quantity> Limits { get; init; }

    /// <summary>What is set aside and counted when a node is chosen; the limits where it is absent.</summary>
    [Field(2)]
    public ValueMap<Quantity> Requests { get; init; }

    /// <summary>Devices used, by their names in the pod's resourceClaims.</summary>
    [Field(3, List = ListType.Map, ListKeys = "name")]
    public ValueList<ResourceClaim> Claims { get; init; }
}

/// <summary>A claim that a container uses.</summary>
public sealed partial record ResourceClaim
{
    /// <summary>Its name in the pod's resourceClaims.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>One request of the claim; all of them where it is empty.</summary>
    [Field(2)]
    public string? Request { get; init; }
}
