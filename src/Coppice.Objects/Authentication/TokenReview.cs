using Coppice.Objects.Meta;

namespace Coppice.Objects.Authentication;

/// <summary>Asks the server whom a token belongs to.</summary>
public sealed partial record TokenReview : KubernetesObject
{
    /// <summary>The question.</summary>
    [Field(2, Required = true)]
    public TokenReviewSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>The answer.</summary>
    [Field(3)]
    public TokenReviewStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>The question of a token review.</summary>
public sealed partial record TokenReviewSpec
{
    /// <summary>The token.</summary>
    [Field(1, Required = true)]
    public string Token { get; init => field = value ?? ""; } = "";

    /// <summary>Who was given it: the answer names those among them that it is meant for.</summary>
    [Field(2)]
    public ValueList<string> Audiences { get; init; }
}

/// <summary>The answer to a token review.</summary>
public sealed partial record TokenReviewStatus
{
    /// <summary>Whether the token is good.</summary>
    [Field(1)]
    public bool Authenticated { get; init; }

    /// <summary>Whose it is.</summary>
    [Field(2)]
    public UserInfo User { get; init => field = value ?? new(); } = new();

    /// <summary>Those of the asked audiences that it is meant for.</summary>
    [Field(4)]
    public ValueList<string> Audiences { get; init; }

    /// <summary>Why it could not be checked.</summary>
    [Field(3)]
    public string? Error { get; init; }
}

/// <summary>Somebody who was authenticated.</summary>
public sealed partial record UserInfo
{
    /// <summary>The name, unlike that of every other user.</summary>
    [Field(1)]
    public string? Username { get; init; }

    /// <summary>Tells apart users that had one name at different times.</summary>
    [Field(2)]
    public string? Uid { get; init; }

    /// <summary>The groups that the user is in.</summary>
    [Field(3)]
    public ValueList<string> Groups { get; init; }

    /// <summary>What else the authenticator knows.</summary>
    [Field(4)]
    public ValueMap<ValueList<string>> Extra { get; init; }
}
