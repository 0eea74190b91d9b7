using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>How evenly a group of pods must lie over places.</summary>
public sealed partial record TopologySpreadConstraint
{
    /// <summary>By how many pods the fullest place may exceed the emptiest.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int MaxSkew { get; init; }

    /// <summary>The node label: nodes of the same value are one place.</summary>
    [Field(2, Required = true)]
    public string TopologyKey { get; init => field = value ?? ""; } = "";

    /// <summary>DoNotSchedule lets the pod wait, ScheduleAnyway only prefers even places.</summary>
    [Field(3, Required = true)]
    public string WhenUnsatisfiable { get; init => field = value ?? ""; } = "";

    /// <summary>The pods that are counted.</summary>
    [Field(4)]
    public LabelSelector? LabelSelector { get; init; }

    /// <summary>With fewer places than this, the emptiest counts as having none; 1 by default.</summary>
    [Field(5)]
    public int? MinDomains { get; init; }

    /// <summary>Honor (the default) counts only nodes that the pod's affinity allows; Ignore all.</summary>
    [Field(6, Pointer = true)]
    public string? NodeAffinityPolicy { get; init; }

    /// <summary>Honor counts only nodes whose taints are tolerated; Ignore (the default) all.</summary>
    [Field(7, Pointer = true)]
    public string? NodeTaintsPolicy { get; init; }

    /// <summary>Labels whose values the counted pods must share with this one.</summary>
    [Field(8)]
    public ValueList<string> MatchLabelKeys { get; init; }
}

/// <summary>The values of UnsatisfiableConstraintAction.</summary>
public static class UnsatisfiableConstraintAction
{
    public const string DoNotSchedule = "DoNotSchedule";
    public const string ScheduleAnyway = "ScheduleAnyway";
}

/// <summary>The values of NodeInclusionPolicy.</summary>
public static class NodeInclusionPolicy
{
    public const string Ignore = "Ignore";
    public const string Honor = "Honor";
}
