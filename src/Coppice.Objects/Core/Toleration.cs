using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Toleration
{
    [Field(1)]
    public string? Key { get; init; }

    [Field(2)]
    public string? Operator { get; init; }

    [Field(3)]
    public string? Value { get; init; }

    [Field(4)]
    public string? Effect { get; init; }

    [Field(5)]
    public long? TolerationSeconds { get; init; }
}

/// <summary>The values of TolerationOperator.</summary>
public static class TolerationOperator
{
    public const string Exists = "Exists";
    public const string Equal = "Equal";
    public const string Lt = "Lt";
    public const string Gt = "Gt";
}

/// <summary>The values of TaintEffect.</summary>
public static class TaintEffect
{
    public const string NoSchedule = "NoSchedule";
    public const string PreferNoSchedule = "PreferNoSchedule";
    public const string NoExecute = "NoExecute";
}
