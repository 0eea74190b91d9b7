using System.Text.Json.Serialization;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Batch;

/// <summary>Makes Jobs by the clock.</summary>
public sealed partial record CronJob : KubernetesObject
{
    /// <summary>What is made, and when.</summary>
    [Field(2)]
    public CronJobSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>What was made.</summary>
    [Field(3)]
    public CronJobStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What a CronJob makes, and when.</summary>
public sealed partial record CronJobSpec
{
    /// <summary>When, in five fields as cron knows them (minute, hour, day, month, weekday) or by a name such as @daily.</summary>
    [Field(1, Required = true)]
    public string Schedule { get; init => field = value ?? ""; } = "";

    /// <summary>The time zone of the schedule, as in Europe/Berlin; the controller's own where it is absent.</summary>
    [Field(8, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? TimeZone { get; init; }

    /// <summary>Seconds after its time that a Job may still be started.</summary>
    [Field(2)]
    public long? StartingDeadlineSeconds { get; init; }

    /// <summary>What happens when the Job before still runs: Allow (the default), Forbid or Replace.</summary>
    [Field(3)]
    public string? ConcurrencyPolicy { get; init; }

    /// <summary>While true, no Jobs are made.</summary>
    [Field(4)]
    public bool? Suspend { get; init; }

    /// <summary>What Jobs are made from.</summary>
    [Field(5, Required = true)]
    public JobTemplateSpec JobTemplate { get; init => field = value ?? new(); } = new();

    /// <summary>How many Jobs that succeeded are kept; 3 by default.</summary>
    [Field(6)]
    public int? SuccessfulJobsHistoryLimit { get; init; }

    /// <summary>How many Jobs that failed are kept; 1 by default.</summary>
    [Field(7)]
    public int? FailedJobsHistoryLimit { get; init; }
}

/// <summary>The values of ConcurrencyPolicy.</summary>
public static class ConcurrencyPolicy
{
    public const string Allow = "Allow";
    public const string Forbid = "Forbid";
    public const string Replace = "Replace";
}

/// <summary>What a CronJob makes Jobs from.</summary>
public sealed partial record JobTemplateSpec
{
    /// <summary>Labels and annotations that the Jobs get.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();

    /// <summary>The Jobs' spec.</summary>
    [Field(2)]
    public JobSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>What a CronJob has made.</summary>
public sealed partial record CronJobStatus
{
    /// <summary>Its Jobs that are not over.</summary>
    [Field(1)]
    public ValueList<ObjectReference> Active { get; init; }

    /// <summary>The last time by the schedule that a Job was made for.</summary>
    [Field(4, Pointer = true)]
    public DateTimeOffset? LastScheduleTime { get; init; }

    /// <summary>When one of its Jobs last succeeded.</summary>
    [Field(5, Pointer = true)]
    public DateTimeOffset? LastSuccessfulTime { get; init; }
}
