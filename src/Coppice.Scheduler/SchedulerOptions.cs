namespace Coppice.Scheduler;

/// <summary>The scheduler's settings. The defaults are Kubernetes'.</summary>
public sealed record SchedulerOptions
{
    public static readonly SchedulerOptions Default = new();

    /// <summary>Only pods that ask for this scheduler are its own.</summary>
    public string SchedulerName { get; init; } = "default-scheduler";

    /// <summary>The back-off after a pod's first try; it doubles with each one more.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a pod that fits nowhere waits at most before it is tried again, even if nothing happened.</summary>
    public TimeSpan AuditAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many pods may be on their way to the API at once.</summary>
    public int BindingsAtOnce { get; init; } = 256;

    /// <summary>Up to so many nodes, every node is looked at; of more, as many as fit a share that falls from 50 to 5 per cent.</summary>
    public int AlwaysLookAt { get; init; } = 100;
}
