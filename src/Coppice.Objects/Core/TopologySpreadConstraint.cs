using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record TopologySpreadConstraint
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int MaxSkew { get; init; }

    [Field(2, Required = true)]
    public string TopologyKey { get; init => field = value ?? ""; } = "";

    [Field(3, Required = true)]
    public string WhenUnsatisfiable { get; init => field = value ?? ""; } = "";

    [Field(4)]
    public LabelSelector? LabelSelector { get; init; }

    [Field(5)]
    public int? MinDomains { get; init; }

    [Field(6)]
    public string? NodeAffinityPolicy { get; init; }

    [Field(7)]
    public string? NodeTaintsPolicy { get; init; }

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
