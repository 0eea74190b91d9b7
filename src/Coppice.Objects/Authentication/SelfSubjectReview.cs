using Coppice.Objects.Meta;

namespace Coppice.Objects.Authentication;

/// <summary>Asks the server who it takes the caller for.</summary>
public sealed partial record SelfSubjectReview : KubernetesObject
{
    /// <summary>The answer.</summary>
    [Field(2)]
    public SelfSubjectReviewStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>Who the caller is.</summary>
public sealed partial record SelfSubjectReviewStatus
{
    /// <summary>The caller, as authenticated.</summary>
    [Field(1)]
    public UserInfo UserInfo { get; init => field = value ?? new(); } = new();
}
