namespace Coppice.Client;

/// <summary>How much an event recorder remembers and writes. The defaults are those of Kubernetes' recorder.</summary>
public sealed record EventLimits
{
    public static readonly EventLimits Default = new();

    /// <summary>What was recorded and not yet written; when it is full, what comes is dropped.</summary>
    public int QueueLength { get; init; } = 1000;

    /// <summary>How many different events (and objects, and groups of similar events) are remembered.</summary>
    public int Remembered { get; init; } = 4096;

    /// <summary>From so many different messages of one object, type and reason on, further ones are combined into one event.</summary>
    public int SimilarMessages { get; init; } = 10;

    /// <summary>How long a group of similar events is remembered after its last one.</summary>
    public TimeSpan SimilarWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many events an object may have at once.</summary>
    public int Burst { get; init; } = 25;

    /// <summary>How often it may have one more after that.</summary>
    public TimeSpan OneMoreEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a write is tried while the API cannot be reached.</summary>
    public int Tries { get; init; } = 12;

    /// <summary>Events that are not written are counted, and told in the log at most so often: a pod that crashes for days is no news.</summary>
    public TimeSpan LossesToldEvery { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan PauseBetweenTries { get; init; } = TimeSpan.FromSeconds(10);
}
