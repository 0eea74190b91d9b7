using Coppice.Objects.Meta;

namespace Coppice.Objects.Authentication;

public sealed record TokenReview : KubernetesObject
{
    [Field(2, Required = true)]
    public TokenReviewSpec Spec { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public TokenReviewStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record TokenReviewSpec
{
    [Field(1, Required = true)]
    public string Token { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public ValueList<string> Audiences { get; init; }
}

public sealed record TokenReviewStatus
{
    [Field(1)]
    public bool Authenticated { get; init; }

    [Field(2)]
    public UserInfo User { get; init => field = value ?? new(); } = new();

    [Field(4)]
    public ValueList<string> Audiences { get; init; }

    [Field(3)]
    public string? Error { get; init; }
}

public sealed record UserInfo
{
    [Field(1)]
    public string? Username { get; init; }

    [Field(2)]
    public string? Uid { get; init; }

    [Field(3)]
    public ValueList<string> Groups { get; init; }

    [Field(4)]
    public ValueMap<ValueList<string>> Extra { get; init; }
}
