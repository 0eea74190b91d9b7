using Coppice.Objects.Meta;

namespace Coppice.Objects.Authentication;

/// <summary>Asks for a token of a service account.</summary>
public sealed partial record TokenRequest : KubernetesObject
{
    /// <summary>What the token should be good for.</summary>
    [Field(2)]
    public TokenRequestSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>The token.</summary>
    [Field(3)]
    public TokenRequestStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What a token should be good for.</summary>
public sealed partial record TokenRequestSpec
{
    /// <summary>Who is to accept it; the API server where it is empty.</summary>
    [Field(1)]
    public ValueList<string> Audiences { get; init; }

    /// <summary>How long it should hold, at least 600; 3600 by default.</summary>
    [Field(4)]
    public long? ExpirationSeconds { get; init; }

    /// <summary>An object that the token dies with.</summary>
    [Field(3)]
    public BoundObjectReference? BoundObjectRef { get; init; }
}

/// <summary>The object that a token is bound to.</summary>
public sealed partial record BoundObjectReference
{
    /// <summary>Pod, Secret or Node.</summary>
    [Field(1)]
    public string? Kind { get; init; }

    /// <summary>Group and version of its kind.</summary>
    [Field(2)]
    public string? ApiVersion { get; init; }

    /// <summary>Its name.</summary>
    [Field(3)]
    public string? Name { get; init; }

    /// <summary>Its uid.</summary>
    [Field(4)]
    public string? Uid { get; init; }
}

/// <summary>A token.</summary>
public sealed partial record TokenRequestStatus
{
    /// <summary>The token itself, to be sent after "Bearer".</summary>
    [Field(1)]
    public string? Token { get; init; }

    /// <summary>When it stops being accepted.</summary>
    [Field(2)]
    public DateTimeOffset? ExpirationTimestamp { get; init; }
}
