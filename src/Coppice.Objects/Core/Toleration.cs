using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Taints that do not keep a pod away.</summary>
public sealed partial record Toleration
{
    /// <summary>The taint's key; empty with Exists means every taint.</summary>
    [Field(1)]
    public string? Key { get; init; }

    /// <summary>Equal (the default) compares the value, Exists takes any; Lt and Gt compare whole numbers.</summary>
    [Field(2)]
    public string? Operator { get; init; }

    /// <summary>The value compared with.</summary>
    [Field(3)]
    public string? Value { get; init; }

    /// <summary>The taint's effect; empty means every one.</summary>
    [Field(4)]
    public string? Effect { get; init; }

    /// <summary>Seconds that the pod stays in spite of a NoExecute taint; for ever where it is absent.</summary>
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
