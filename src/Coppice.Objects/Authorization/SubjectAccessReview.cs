namespace Coppice.Objects.Authorization;

/// <summary>Asks the server whether somebody may do something.</summary>
public sealed partial record SubjectAccessReview : KubernetesObject
{
    /// <summary>Who wants to do what.</summary>
    [Field(2, Required = true)]
    public SubjectAccessReviewSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>The answer.</summary>
    [Field(3)]
    public SubjectAccessReviewStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>Asks the server whether somebody may do something in one namespace.</summary>
public sealed partial record LocalSubjectAccessReview : KubernetesObject
{
    /// <summary>Who wants to do what. Its namespace is the one that is asked in.</summary>
    [Field(2, Required = true)]
    public SubjectAccessReviewSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>The answer.</summary>
    [Field(3)]
    public SubjectAccessReviewStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>Who wants to do what: just one of the two kinds of attributes is set, and a user, groups or both.</summary>
public sealed partial record SubjectAccessReviewSpec
{
    /// <summary>Something with a resource of the API.</summary>
    [Field(1)]
    public ResourceAttributes? ResourceAttributes { get; init; }

    /// <summary>Something with another path.</summary>
    [Field(2)]
    public NonResourceAttributes? NonResourceAttributes { get; init; }

    /// <summary>The user's name. Groups are not found out by it.</summary>
    [Field(3)]
    public string? User { get; init; }

    /// <summary>The groups that the user is in.</summary>
    [Field(4, List = ListType.Atomic)]
    public ValueList<string> Groups { get; init; }

    /// <summary>What else an authenticator knows of the user.</summary>
    [Field(5)]
    public ValueMap<ValueList<string>> Extra { get; init; }

    /// <summary>The user's uid.</summary>
    [Field(6)]
    public string? Uid { get; init; }
}
