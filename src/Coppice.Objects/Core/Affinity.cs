using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Where a pod wants to be, and near whom.</summary>
public sealed partial record Affinity
{
    /// <summary>Which nodes.</summary>
    [Field(1)]
    public NodeAffinity? NodeAffinity { get; init; }

    /// <summary>Near which other pods.</summary>
    [Field(2)]
    public PodAffinity? PodAffinity { get; init; }

    /// <summary>Away from which other pods.</summary>
    [Field(3)]
    public PodAntiAffinity? PodAntiAffinity { get; init; }
}

/// <summary>Which nodes a pod must have or would rather have.</summary>
public sealed partial record NodeAffinity
{
    /// <summary>A node must match; one that stops matching later keeps the pod.</summary>
    [Field(1)]
    public NodeSelector? RequiredDuringSchedulingIgnoredDuringExecution { get; init; }

    /// <summary>The weights of the terms that a node matches are added up; the highest sum is liked best.</summary>
    [Field(2)]
    public ValueList<PreferredSchedulingTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; init; }
}

/// <summary>A wish for certain nodes.</summary>
public sealed partial record PreferredSchedulingTerm
{
    /// <summary>How strong the wish is, 1 to 100.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Weight { get; init; }

    /// <summary>The nodes wished for.</summary>
    [Field(2, Required = true)]
    public NodeSelectorTerm Preference { get; init => field = value ?? new(); } = new();
}

/// <summary>Conditions that a node must all meet; without any, no node matches.</summary>
[AtomicObject]
public sealed partial record NodeSelectorTerm
{
    /// <summary>Conditions on labels.</summary>
    [Field(1)]
    public ValueList<NodeSelectorRequirement> MatchExpressions { get; init; }

    /// <summary>Conditions on fields; metadata.name is the only one known.</summary>
    [Field(2)]
    public ValueList<NodeSelectorRequirement> MatchFields { get; init; }
}

/// <summary>One condition on a node.</summary>
public sealed partial record NodeSelectorRequirement
{
    /// <summary>The label or field.</summary>
    [Field(1, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>In, NotIn, Exists, DoesNotExist, Gt or Lt.</summary>
    [Field(2, Required = true)]
    public string Operator { get; init => field = value ?? ""; } = "";

    /// <summary>What it is compared with: none for Exists and DoesNotExist, one whole number for Gt and Lt.</summary>
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

/// <summary>Near which pods a pod must be or would rather be.</summary>
public sealed partial record PodAffinity
{
    /// <summary>All terms must hold when the pod is placed.</summary>
    [Field(1)]
    public ValueList<PodAffinityTerm> RequiredDuringSchedulingIgnoredDuringExecution { get; init; }

    /// <summary>The weights of the terms that hold are added up; the highest sum is liked best.</summary>
    [Field(2)]
    public ValueList<WeightedPodAffinityTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; init; }
}

/// <summary>A set of pods, and what it means to be near them.</summary>
public sealed partial record PodAffinityTerm
{
    /// <summary>The pods, by label; none where it is absent.</summary>
    [Field(1)]
    public LabelSelector? LabelSelector { get; init; }

    /// <summary>The namespaces that they are in.</summary>
    [Field(2)]
    public ValueList<string> Namespaces { get; init; }

    /// <summary>The node label: nodes of the same value are one place.</summary>
    [Field(3, Required = true)]
    public string TopologyKey { get; init => field = value ?? ""; } = "";

    /// <summary>Further namespaces, by label; with both absent, the pod's own.</summary>
    [Field(4)]
    public LabelSelector? NamespaceSelector { get; init; }

    /// <summary>Labels whose values the pods must share with this one.</summary>
    [Field(5)]
    public ValueList<string> MatchLabelKeys { get; init; }

    /// <summary>Labels whose values the pods must not share with this one.</summary>
    [Field(6)]
    public ValueList<string> MismatchLabelKeys { get; init; }
}

/// <summary>A wish to be near certain pods, or away from them.</summary>
public sealed partial record WeightedPodAffinityTerm
{
    /// <summary>How strong the wish is, 1 to 100.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Weight { get; init; }

    /// <summary>The pods, and what being near means.</summary>
    [Field(2, Required = true)]
    public PodAffinityTerm PodAffinityTerm { get; init => field = value ?? new(); } = new();
}

/// <summary>Away from which pods a pod must be or would rather be.</summary>
public sealed partial record PodAntiAffinity
{
    /// <summary>No term may hold when the pod is placed.</summary>
    [Field(1)]
    public ValueList<PodAffinityTerm> RequiredDuringSchedulingIgnoredDuringExecution { get; init; }

    /// <summary>The weights of the terms that hold are added up; the lowest sum is liked best.</summary>
    [Field(2)]
    public ValueList<WeightedPodAffinityTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; init; }
}
