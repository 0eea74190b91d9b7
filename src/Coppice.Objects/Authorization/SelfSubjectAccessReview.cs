using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Authorization;

/// <summary>Asks the server whether the caller may do something.</summary>
public sealed partial record SelfSubjectAccessReview : KubernetesObject
{
    /// <summary>What is to be done.</summary>
    [Field(2, Required = true)]
    public SelfSubjectAccessReviewSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>The answer.</summary>
    [Field(3)]
    public SubjectAccessReviewStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What is to be done: just one of the two is set.</summary>
public sealed partial record SelfSubjectAccessReviewSpec
{
    /// <summary>Something with a resource of the API.</summary>
    [Field(1)]
    public ResourceAttributes? ResourceAttributes { get; init; }

    /// <summary>Something with another path.</summary>
    [Field(2)]
    public NonResourceAttributes? NonResourceAttributes { get; init; }
}

/// <summary>A request for a resource, in the parts that are decided by.</summary>
public sealed partial record ResourceAttributes
{
    /// <summary>The namespace; empty for cluster-wide resources, or for all namespaces.</summary>
    [Field(1)]
    public string? Namespace { get; init; }

    /// <summary>What is done, such as get or create; * for everything.</summary>
    [Field(2)]
    public string? Verb { get; init; }

    /// <summary>The resource's group; * for every one.</summary>
    [Field(3)]
    public string? Group { get; init; }

    /// <summary>The group's version; * for every one.</summary>
    [Field(4)]
    public string? Version { get; init; }

    /// <summary>The resource, in the plural; * for every one.</summary>
    [Field(5)]
    public string? Resource { get; init; }

    /// <summary>The part after the slash, such as log; empty for the resource itself.</summary>
    [Field(6)]
    public string? Subresource { get; init; }

    /// <summary>One object; empty for all of them.</summary>
    [Field(7)]
    public string? Name { get; init; }

    /// <summary>Limits the request to objects by their fields.</summary>
    [Field(8)]
    public FieldSelectorAttributes? FieldSelector { get; init; }

    /// <summary>Limits the request to objects by their labels.</summary>
    [Field(9)]
    public LabelSelectorAttributes? LabelSelector { get; init; }
}

/// <summary>A field selector, as text or in parts.</summary>
public sealed partial record FieldSelectorAttributes
{
    /// <summary>As it stands in a request.</summary>
    [Field(1)]
    public string? RawSelector { get; init; }

    /// <summary>Its conditions.</summary>
    [Field(2)]
    public ValueList<FieldSelectorRequirement> Requirements { get; init; }
}

/// <summary>A label selector, as text or in parts.</summary>
public sealed partial record LabelSelectorAttributes
{
    /// <summary>As it stands in a request.</summary>
    [Field(1)]
    public string? RawSelector { get; init; }

    /// <summary>Its conditions.</summary>
    [Field(2)]
    public ValueList<LabelSelectorRequirement> Requirements { get; init; }
}

/// <summary>A request for a path outside the API's resources.</summary>
public sealed partial record NonResourceAttributes
{
    /// <summary>The path, such as /healthz.</summary>
    [Field(1)]
    public string? Path { get; init; }

    /// <summary>The HTTP method in lower case.</summary>
    [Field(2)]
    public string? Verb { get; init; }
}

/// <summary>Whether something may be done.</summary>
public sealed partial record SubjectAccessReviewStatus
{
    /// <summary>It may.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public bool Allowed { get; init; }

    /// <summary>It is expressly forbidden, whatever else would allow it.</summary>
    [Field(4)]
    public bool Denied { get; init; }

    /// <summary>What the decision rests on.</summary>
    [Field(2)]
    public string? Reason { get; init; }

    /// <summary>What could not be found out; the decision may stand all the same.</summary>
    [Field(3)]
    public string? EvaluationError { get; init; }
}
