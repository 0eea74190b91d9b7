namespace Coppice.Objects.Meta;

public sealed record Condition
{
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public long ObservedGeneration { get; init; }

    [Field(4, Required = true)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Field(5, Required = true)]
    public string Reason { get; init => field = value ?? ""; } = "";

    [Field(6, Required = true)]
    public string Message { get; init => field = value ?? ""; } = "";
}

/// <summary>The values of ConditionStatus.</summary>
public static class ConditionStatus
{
    public const string True = "True";
    public const string False = "False";
    public const string Unknown = "Unknown";
}
