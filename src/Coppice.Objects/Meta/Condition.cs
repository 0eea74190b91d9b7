namespace Coppice.Objects.Meta;

/// <summary>One thing that can be said of an object's state, with when and why it became so.</summary>
public sealed partial record Condition
{
    /// <summary>What is said.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds: True, False or Unknown.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>The generation of the object that this was found for.</summary>
    [Field(3)]
    public long ObservedGeneration { get; init; }

    /// <summary>When status last changed.</summary>
    [Field(4, Required = true)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Why it is so, in one word for programs.</summary>
    [Field(5, Required = true)]
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>Why it is so, for people.</summary>
    [Field(6, Required = true)]
    public string Message { get; init => field = value ?? ""; } = "";
}
