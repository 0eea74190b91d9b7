using Coppice.Objects.Meta;

namespace Coppice.Objects.Authentication;

public sealed record SelfSubjectReview : KubernetesObject
{
    [Field(2)]
    public SelfSubjectReviewStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record SelfSubjectReviewStatus
{
    [Field(1)]
    public UserInfo UserInfo { get; init => field = value ?? new(); } = new();
}
