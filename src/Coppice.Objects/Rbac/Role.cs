using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Rbac;

/// <summary>Rights inside a namespace, which a binding gives to somebody.</summary>
public sealed partial record Role : KubernetesObject
{
    /// <summary>The rights; they add up, and none takes away from another.</summary>
    [Field(2, List = ListType.Atomic)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<PolicyRule> Rules { get; init; }
}

/// <summary>Rights in the whole cluster, or for a RoleBinding to give in one namespace.</summary>
public sealed partial record ClusterRole : KubernetesObject
{
    /// <summary>The rights; they add up, and none takes away from another.</summary>
    [Field(2, List = ListType.Atomic)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<PolicyRule> Rules { get; init; }

    /// <summary>If set, the rules are those of other ClusterRoles, kept by a controller: what is written to them is replaced.</summary>
    [Field(3)]
    public AggregationRule? AggregationRule { get; init; }
}

/// <summary>Which ClusterRoles another is made of.</summary>
public sealed partial record AggregationRule
{
    /// <summary>A ClusterRole that any of them selects gives its rules.</summary>
    [Field(1, List = ListType.Atomic)]
    public ValueList<LabelSelector> ClusterRoleSelectors { get; init; }
}

/// <summary>What may be done with what: with resources of the API, or with other paths of the server.</summary>
public sealed partial record PolicyRule
{
    /// <summary>What may be done, such as get or create; * for everything.</summary>
    [Field(1, Required = true, List = ListType.Atomic)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Verbs { get; init; }

    /// <summary>The groups of the resources; the core group is empty, * is every one.</summary>
    [Field(2, List = ListType.Atomic)]
    public ValueList<string> ApiGroups { get; init; }

    /// <summary>The resources, in the plural, with a subresource after a slash; * is everything, */scale is that subresource of everything.</summary>
    [Field(3, List = ListType.Atomic)]
    public ValueList<string> Resources { get; init; }

    /// <summary>Only the objects of these names; empty for all of them.</summary>
    [Field(4, List = ListType.Atomic)]
    public ValueList<string> ResourceNames { get; init; }

    /// <summary>Paths that are no resources; a * at the end stands for whatever follows. Only what is bound in the whole cluster gives these.</summary>
    [Field(5, List = ListType.Atomic)]
    [JsonPropertyName("nonResourceURLs")]
    public ValueList<string> NonResourceUrls { get; init; }
}
