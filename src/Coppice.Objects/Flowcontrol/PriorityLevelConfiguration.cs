namespace Coppice.Objects.Flowcontrol;

/// <summary>How many requests of one importance are served at a time, and what becomes of those that are too many.</summary>
public sealed partial record PriorityLevelConfiguration : KubernetesObject
{
    /// <summary>The limits.</summary>
    [Field(2)]
    public PriorityLevelConfigurationSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>How it is doing.</summary>
    [Field(3)]
    public PriorityLevelConfigurationStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>The limits of a priority level.</summary>
public sealed partial record PriorityLevelConfigurationSpec
{
    /// <summary>Exempt (always served at once) or Limited.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The limits, where the type is Limited.</summary>
    [Field(2)]
    public LimitedPriorityLevelConfiguration? Limited { get; init; }

    /// <summary>What an exempt level leaves to others, where the type is Exempt.</summary>
    [Field(3)]
    public ExemptPriorityLevelConfiguration? Exempt { get; init; }
}

/// <summary>The values of PriorityLevelEnablement.</summary>
public static class PriorityLevelEnablement
{
    public const string Exempt = "Exempt";
    public const string Limited = "Limited";
}

/// <summary>The limits of a priority level that has some.</summary>
public sealed partial record LimitedPriorityLevelConfiguration
{
    /// <summary>Its part of the requests that the server serves at a time, beside the parts of the other levels; 30 by default.</summary>
    [Field(1)]
    public int? NominalConcurrencyShares { get; init; }

    /// <summary>What becomes of requests that are too many.</summary>
    [Field(2)]
    public LimitResponse LimitResponse { get; init => field = value ?? new(); } = new();

    /// <summary>How much of its part others may borrow while it is not used, in percent; 0 by default.</summary>
    [Field(3)]
    public int? LendablePercent { get; init; }

    /// <summary>How much it may borrow from others, in percent of its own part; any amount where it is absent.</summary>
    [Field(4)]
    public int? BorrowingLimitPercent { get; init; }
}

/// <summary>What a level that is always served leaves to others.</summary>
public sealed partial record ExemptPriorityLevelConfiguration
{
    /// <summary>Its part of the requests that the server serves at a time; 0 by default. It is never held to it.</summary>
    [Field(1)]
    public int? NominalConcurrencyShares { get; init; }

    /// <summary>How much of that part others may borrow, in percent; 0 by default.</summary>
    [Field(2)]
    public int? LendablePercent { get; init; }
}

/// <summary>What becomes of requests that are too many.</summary>
public sealed partial record LimitResponse
{
    /// <summary>Queue (they wait) or Reject.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>How they wait, where the type is Queue.</summary>
    [Field(2)]
    public QueuingConfiguration? Queuing { get; init; }
}

/// <summary>The values of LimitResponseType.</summary>
public static class LimitResponseType
{
    public const string Queue = "Queue";
    public const string Reject = "Reject";
}

/// <summary>How requests wait.</summary>
public sealed partial record QueuingConfiguration
{
    /// <summary>How many queues there are; 64 by default. More of them keep flows better apart.</summary>
    [Field(1)]
    public int Queues { get; init; }

    /// <summary>Of how many queues a flow takes the shortest; 8 by default.</summary>
    [Field(2)]
    public int HandSize { get; init; }

    /// <summary>How many requests wait in a queue at most; 50 by default.</summary>
    [Field(3)]
    public int QueueLengthLimit { get; init; }
}

/// <summary>How a priority level is doing.</summary>
public sealed partial record PriorityLevelConfigurationStatus
{
    /// <summary>What can be said of it.</summary>
    [Field(1, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    public ValueList<PriorityLevelConfigurationCondition> Conditions { get; init; }
}

/// <summary>One thing that can be said of a priority level.</summary>
public sealed partial record PriorityLevelConfigurationCondition
{
    /// <summary>What is said.</summary>
    [Field(1)]
    public string? Type { get; init; }

    /// <summary>Whether it holds: True, False or Unknown.</summary>
    [Field(2)]
    public string? Status { get; init; }

    /// <summary>When status last changed.</summary>
    [Field(3)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Why it is so, in one word for programs.</summary>
    [Field(4)]
    public string? Reason { get; init; }

    /// <summary>Why it is so, for people.</summary>
    [Field(5)]
    public string? Message { get; init; }
}
