namespace Coppice.Scheduler;

/// <summary>The scheduler's settings. The defaults are Kubernetes'.</summary>
public sealed record SchedulerOptions
{
    public static readonly SchedulerOptions Default = new();

    /// <summary>Only pods that ask for one of them are this scheduler's own; each name once.</summary>
    public IReadOnlyList<SchedulerProfile> Profiles { get; init; } = [SchedulerProfile.Default];

    /// <summary>The back-off after a pod's first try; it doubles with each one more.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a pod that fits nowhere waits at most before it is tried again, even if nothing happened.</summary>
    public TimeSpan AuditAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many pods may be on their way to the API at once.</summary>
    public int BindingsAtOnce { get; init; } = 256;
}
