using System.Text.Json.Serialization;

namespace Coppice.Objects.Authorization;

/// <summary>Asks the server for all that the caller may do in a namespace.</summary>
public sealed partial record SelfSubjectRulesReview : KubernetesObject
{
    /// <summary>Where.</summary>
    [Field(2, Required = true)]
    public SelfSubjectRulesReviewSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>The answer.</summary>
    [Field(3)]
    public SubjectRulesReviewStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>Where something is to be done.</summary>
public sealed partial record SelfSubjectRulesReviewSpec
{
    /// <summary>The namespace; it must be named.</summary>
    [Field(1)]
    public string? Namespace { get; init; }
}

/// <summary>What may be done, in no order that means anything; for people to look at, not to decide by.</summary>
public sealed partial record SubjectRulesReviewStatus
{
    /// <summary>With resources of the API.</summary>
    [Field(1, Required = true, List = ListType.Atomic)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<ResourceRule> ResourceRules { get; init; }

    /// <summary>With other paths.</summary>
    [Field(2, Required = true, List = ListType.Atomic)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<NonResourceRule> NonResourceRules { get; init; }

    /// <summary>There is more that could not be found out.</summary>
    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public bool Incomplete { get; init; }

    /// <summary>Why there is more that could not be found out.</summary>
    [Field(4)]
    public string? EvaluationError { get; init; }
}

/// <summary>What may be done with some resources.</summary>
public sealed partial record ResourceRule
{
    /// <summary>What, such as get or create; * for everything.</summary>
    [Field(1, Required = true, List = ListType.Atomic)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Verbs { get; init; }

    /// <summary>In which groups; * for all.</summary>
    [Field(2, List = ListType.Atomic)]
    public ValueList<string> ApiGroups { get; init; }

    /// <summary>With which resources, in the plural; * for all.</summary>
    [Field(3, List = ListType.Atomic)]
    public ValueList<string> Resources { get; init; }

    /// <summary>With which objects; empty for all.</summary>
    [Field(4, List = ListType.Atomic)]
    public ValueList<string> ResourceNames { get; init; }
}

/// <summary>What may be done with some paths.</summary>
public sealed partial record NonResourceRule
{
    /// <summary>The HTTP methods in lower case; * for all.</summary>
    [Field(1, Required = true, List = ListType.Atomic)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> Verbs { get; init; }

    /// <summary>With which paths; a * at the end stands for all below.</summary>
    [Field(2, List = ListType.Atomic)]
    [JsonPropertyName("nonResourceURLs")]
    public ValueList<string> NonResourceUrls { get; init; }
}
