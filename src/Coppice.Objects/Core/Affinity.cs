using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Affinity
{
    [Field(1)]
    public NodeAffinity? NodeAffinity { get; init; }

    [Field(2)]
    public PodAffinity? PodAffinity { get; init; }

    [Field(3)]
    public PodAntiAffinity? PodAntiAffinity { get; init; }
}

public sealed record NodeAffinity
{
    [Field(1)]
    public NodeSelector? RequiredDuringSchedulingIgnoredDuringExecution { get; init; }

    [Field(2)]
    public ValueList<PreferredSchedulingTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; init; }
}

public sealed record PreferredSchedulingTerm
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Weight { get; init; }

    [Field(2, Required = true)]
    public NodeSelectorTerm Preference { get; init => field = value ?? new(); } = new();
}

public sealed record NodeSelectorTerm
{
    [Field(1)]
    public ValueList<NodeSelectorRequirement> MatchExpressions { get; init; }

    [Field(2)]
    public ValueList<NodeSelectorRequirement> MatchFields { get; init; }
}

public sealed record NodeSelectorRequirement
{
    [Field(1, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Operator { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public ValueList<string> Values { get; init; }
}

/// <summary>The values of NodeSelectorOperator.</summary>
public static class NodeSelectorOperator
{
    public const string In = "In";
    public const string NotIn = "NotIn";
    public const string Exists = "Exists";
    public const string DoesNotExist = "DoesNotExist";
    public const string Gt = "Gt";
    public const string Lt = "Lt";
}

public sealed record PodAffinity
{
    [Field(1)]
    public ValueList<PodAffinityTerm> RequiredDuringSchedulingIgnoredDuringExecution { get; init; }

    [Field(2)]
    public ValueList<WeightedPodAffinityTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; init; }
}

public sealed record PodAffinityTerm
{
    [Field(1)]
    public LabelSelector? LabelSelector { get; init; }

    [Field(2)]
    public ValueList<string> Namespaces { get; init; }

    [Field(3, Required = true)]
    public string TopologyKey { get; init => field = value ?? ""; } = "";

    [Field(4)]
    public LabelSelector? NamespaceSelector { get; init; }

    [Field(5)]
    public ValueList<string> MatchLabelKeys { get; init; }

    [Field(6)]
    public ValueList<string> MismatchLabelKeys { get; init; }
}

public sealed record WeightedPodAffinityTerm
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Weight { get; init; }

    [Field(2, Required = true)]
    public PodAffinityTerm PodAffinityTerm { get; init => field = value ?? new(); } = new();
}

public sealed record PodAntiAffinity
{
    [Field(1)]
    public ValueList<PodAffinityTerm> RequiredDuringSchedulingIgnoredDuringExecution { get; init; }

    [Field(2)]
    public ValueList<WeightedPodAffinityTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; init; }
}
