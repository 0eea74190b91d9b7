using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Authorization;

public sealed record SelfSubjectAccessReview : KubernetesObject
{
    [Field(2, Required = true)]
    public SelfSubjectAccessReviewSpec Spec { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public SubjectAccessReviewStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record SelfSubjectAccessReviewSpec
{
    [Field(1)]
    public ResourceAttributes? ResourceAttributes { get; init; }

    [Field(2)]
    public NonResourceAttributes? NonResourceAttributes { get; init; }
}

public sealed record ResourceAttributes
{
    [Field(1)]
    public string? Namespace { get; init; }

    [Field(2)]
    public string? Verb { get; init; }

    [Field(3)]
    public string? Group { get; init; }

    [Field(4)]
    public string? Version { get; init; }

    [Field(5)]
    public string? Resource { get; init; }

    [Field(6)]
    public string? Subresource { get; init; }

    [Field(7)]
    public string? Name { get; init; }

    [Field(8)]
    public FieldSelectorAttributes? FieldSelector { get; init; }

    [Field(9)]
    public LabelSelectorAttributes? LabelSelector { get; init; }
}

public sealed record FieldSelectorAttributes
{
    [Field(1)]
    public string? RawSelector { get; init; }

    [Field(2)]
    public ValueList<FieldSelectorRequirement> Requirements { get; init; }
}

public sealed record LabelSelectorAttributes
{
    [Field(1)]
    public string? RawSelector { get; init; }

    [Field(2)]
    public ValueList<LabelSelectorRequirement> Requirements { get; init; }
}

public sealed record NonResourceAttributes
{
    [Field(1)]
    public string? Path { get; init; }

    [Field(2)]
    public string? Verb { get; init; }
}

public sealed record SubjectAccessReviewStatus
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public bool Allowed { get; init; }

    [Field(4)]
    public bool Denied { get; init; }

    [Field(2)]
    public string? Reason { get; init; }

    [Field(3)]
    public string? EvaluationError { get; init; }
}
