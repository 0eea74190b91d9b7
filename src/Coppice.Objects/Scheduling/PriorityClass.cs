using System.Text.Json.Serialization;

namespace Coppice.Objects.Scheduling;

/// <summary>Gives a number to the name by which pods say how important they are.</summary>
public sealed partial record PriorityClass : KubernetesObject
{
    /// <summary>The priority of the pods of this class; a higher number is placed first.</summary>
    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Value { get; init; }

    /// <summary>Makes this the class of pods that name none; at most one class should have it.</summary>
    [Field(3)]
    public bool GlobalDefault { get; init; }

    /// <summary>When to use this class, for people.</summary>
    [Field(4)]
    public string? Description { get; init; }

    /// <summary>Whether its pods may push out those of lower priority: PreemptLowerPriority (the default) or Never.</summary>
    [Field(5, Pointer = true)]
    public string? PreemptionPolicy { get; init; }
}
