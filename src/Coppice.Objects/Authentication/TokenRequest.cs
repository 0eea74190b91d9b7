using Coppice.Objects.Meta;

namespace Coppice.Objects.Authentication;

public sealed record TokenRequest : KubernetesObject
{
    [Field(2)]
    public TokenRequestSpec Spec { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public TokenRequestStatus Status { get; init => field = value ?? new(); } = new();
}

public sealed record TokenRequestSpec
{
    [Field(1)]
    public ValueList<string> Audiences { get; init; }

    [Field(4)]
    public long? ExpirationSeconds { get; init; }

    [Field(3)]
    public BoundObjectReference? BoundObjectRef { get; init; }
}

public sealed record BoundObjectReference
{
    [Field(1)]
    public string? Kind { get; init; }

    [Field(2)]
    public string? ApiVersion { get; init; }

    [Field(3)]
    public string? Name { get; init; }

    [Field(4)]
    public string? Uid { get; init; }
}

public sealed record TokenRequestStatus
{
    [Field(1)]
    public string? Token { get; init; }

    [Field(2)]
    public DateTimeOffset? ExpirationTimestamp { get; init; }
}
