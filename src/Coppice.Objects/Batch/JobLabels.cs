namespace Coppice.Objects.Batch;

/// <summary>What is written on the pods of a Job by those who look after it.</summary>
public static class JobLabels
{
    public const string ControllerUid = "batch.kubernetes.io/controller-uid";
    public const string JobName = "batch.kubernetes.io/job-name";

    /// <summary>Names of before there was a prefix, which are still read.</summary>
    public const string OldControllerUid = "controller-uid";
    public const string OldJobName = "job-name";

    /// <summary>A label and an annotation alike.</summary>
    public const string CompletionIndex = "batch.kubernetes.io/job-completion-index";

    /// <summary>An annotation: how many pods of the index have failed before this one.</summary>
    public const string IndexFailureCount = "batch.kubernetes.io/job-index-failure-count";

    /// <summary>The same of pods that failed and count for nothing; absent for none.</summary>
    public const string IndexIgnoredFailureCount = "batch.kubernetes.io/job-index-ignored-failure-count";

    /// <summary>Keeps a pod until it is counted.</summary>
    public const string TrackingFinalizer = "batch.kubernetes.io/job-tracking";

    /// <summary>An annotation on a Job: the time by its CronJob's schedule that it was made for.</summary>
    public const string ScheduledTime = "batch.kubernetes.io/cronjob-scheduled-timestamp";

    /// <summary>Who looks after a Job that does not say who does.</summary>
    public const string DefaultManager = "kubernetes.io/job-controller";
}
