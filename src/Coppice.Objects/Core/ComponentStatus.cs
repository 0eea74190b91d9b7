namespace Coppice.Objects.Core;

/// <summary>Whether a part of the control plane works, as old clients ask for it; it is looked at and never kept.</summary>
public sealed partial record ComponentStatus : KubernetesObject
{
    /// <summary>What can be said of it; Healthy says whether it works.</summary>
    [Field(2, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<ComponentCondition> Conditions { get; init; }
}

/// <summary>Something that is so or not so of a part of the control plane.</summary>
public sealed partial record ComponentCondition
{
    /// <summary>What is said: Healthy.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>What it says of itself.</summary>
    [Field(3)]
    public string? Message { get; init; }

    /// <summary>Why it could not be asked.</summary>
    [Field(4)]
    public string? Error { get; init; }
}

/// <summary>The values of ComponentConditionType.</summary>
public static class ComponentConditionType
{
    public const string Healthy = "Healthy";
}
