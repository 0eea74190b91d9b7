using System.Globalization;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Jobs;

/// <summary>What the pods of a Job say of themselves, and how new ones are made.</summary>
internal static class JobPods
{
    public static bool IsIndexed(Job job) => job.Spec.CompletionMode == CompletionMode.Indexed;

    /// <summary>Another controller than this one looks after it.</summary>
    public static bool IsManagedByOthers(Job job) => job.Spec.ManagedBy is not (null or JobLabels.DefaultManager);

    public static bool IsTracked(Pod pod) => pod.Metadata.Finalizers.Contains(JobLabels.TrackingFinalizer);

    public static bool IsSucceeded(Pod pod) => pod.Status.Phase == PodPhase.Succeeded;

    /// <summary>
    /// A pod that is deleted may never get to the phase of a failed one, so that it counts as failed from then on; unless the Job replaces
    /// only what has failed for good.
    /// </summary>
    public static bool IsFailed(Job job, Pod pod) =>
        pod.Status.Phase == PodPhase.Failed
        || (pod.Metadata.DeletionTimestamp is not null && !IsSucceeded(pod) && job.Spec.PodReplacementPolicy != PodReplacementPolicy.Failed);

    /// <summary>The pod's index; null for one that says none, or none of this Job's.</summary>
    public static int? IndexOf(Job job, Pod pod) =>
        int.TryParse(pod.Metadata.Annotations.Find(JobLabels.CompletionIndex), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
        && index < (job.Spec.Completions ?? 0)
            ? index
            : null;

    /// <summary>How many pods of its index had failed before it.</summary>
    public static IndexFailures FailuresBefore(Pod pod) => new(NumberIn(pod, JobLabels.IndexFailureCount), NumberIn(pod, JobLabels.IndexIgnoredFailureCount));

    /// <summary>How many pods of its index have failed, with it.</summary>
    public static IndexFailures FailuresWith(Job job, Pod pod)
    {
        var before = FailuresBefore(pod);
        return FailurePolicy.Of(job, pod).Action == PodFailurePolicyAction.Ignore ? before with { Ignored = before.Ignored + 1 } : before with { Counted = before.Counted + 1 };
    }

    /// <summary>When a pod's last container ended; where nobody says, when it was no longer ready, or was to be gone.</summary>
    public static DateTimeOffset? FinishedAt(Pod pod) =>
        pod.Status.ContainerStatuses.Select(status => status.State.Terminated?.FinishedAt).Max()
        ?? PodConditions.Find(pod.Status, PodConditionType.Ready)?.LastTransitionTime
        ?? pod.Metadata.DeletionTimestamp?.After(-Spans.Seconds(pod.Metadata.DeletionGracePeriodSeconds ?? 0));

    public static Pod Make(Job job, JobReplica replica)
    {
        var pod = PodFromTemplate.Make(job.Spec.Template, job);
        pod = pod with { Metadata = pod.Metadata with { Finalizers = [.. pod.Metadata.Finalizers.Where(one => one != JobLabels.TrackingFinalizer), JobLabels.TrackingFinalizer] } };
        if (replica.Index is not { } number)
        {
            return pod;
        }

        var text = number.ToString(CultureInfo.InvariantCulture);
        var annotations = pod.Metadata.Annotations.With(JobLabels.CompletionIndex, text);
        return pod with
        {
            Metadata = pod.Metadata with
            {
                GenerateName = $"{job.Metadata.Name}-{text}-",
                Labels = pod.Metadata.Labels.With(JobLabels.CompletionIndex, text),
                Annotations = replica.Before is { } before ? WithFailures(annotations, before) : annotations,
            },
            Spec = pod.Spec with
            {
                Hostname = $"{job.Metadata.Name}-{text}",
                Containers = pod.Spec.Containers.ConvertAll(WithIndex),
                InitContainers = pod.Spec.InitContainers.ConvertAll(WithIndex),
            },
        };
    }

    private static ValueMap<string> WithFailures(ValueMap<string> annotations, IndexFailures before)
    {
        var counted = annotations.With(JobLabels.IndexFailureCount, before.Counted.ToString(CultureInfo.InvariantCulture));
        return before.Ignored == 0 ? counted : counted.With(JobLabels.IndexIgnoredFailureCount, before.Ignored.ToString(CultureInfo.InvariantCulture));
    }

    private static int NumberIn(Pod pod, string annotation) =>
        int.TryParse(pod.Metadata.Annotations.Find(annotation), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;

    private static Container WithIndex(Container container) => container.Env.Any(one => one.Name == "JOB_COMPLETION_INDEX") ? container : container with
    {
        Env = container.Env.Add(new EnvVar
        {
            Name = "JOB_COMPLETION_INDEX",
            ValueFrom = new() { FieldRef = new() { ApiVersion = "v1", FieldPath = $"metadata.labels['{JobLabels.CompletionIndex}']" } },
        }),
    };
}
