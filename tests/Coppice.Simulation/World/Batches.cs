using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Simulation.World;

/// <summary>What users let run to its end: Jobs of all shapes, and what makes Jobs by the clock.</summary>
internal static class Batches
{
    /// <summary>By the clock: one lets no two of its Jobs run at once, one ends the one before, and one does not care.</summary>
    public static IReadOnlyList<(ObjectKey Key, string Policy)> CronJobs { get; } =
    [
        (new("default", "mona"), ConcurrencyPolicy.Forbid),
        (new("default", "nils"), ConcurrencyPolicy.Allow),
        (new(Applications.TeamNamespace, "olga"), ConcurrencyPolicy.Replace),
    ];

    public static Job Job(ObjectKey key, Random random) => new()
    {
        ApiVersion = "batch/v1",
        Kind = "Job",
        Metadata = new() { Namespace = key.Namespace, Name = key.Name },
        Spec = Spec(random),
    };

    public static CronJob CronJob(ObjectKey key, Random random) => new()
    {
        ApiVersion = "batch/v1",
        Kind = "CronJob",
        Metadata = new() { Namespace = key.Namespace, Name = key.Name },
        Spec = new()
        {
            Schedule = random.Next(2) == 0 ? "* * * * *" : "*/5 * * * *",
            ConcurrencyPolicy = CronJobs.First(one => one.Key == key).Policy,
            StartingDeadlineSeconds = random.Next(2) == 0 ? 200 : null,
            SuccessfulJobsHistoryLimit = random.Next(0, 3),
            FailedJobsHistoryLimit = random.Next(0, 3),
            JobTemplate = new() { Spec = Spec(random) with { Completions = 1, Parallelism = 1, CompletionMode = null, BackoffLimitPerIndex = null, BackoffLimit = random.Next(0, 3) } },
        },
    };

    private static JobSpec Spec(Random random)
    {
        // Where indexes fail by themselves, their pods must end with them.
        var isIndexed = random.Next(2) == 0;
        return new()
        {
            Completions = random.Next(1, 9),
            Parallelism = random.Next(1, 5),
            CompletionMode = isIndexed ? CompletionMode.Indexed : CompletionMode.NonIndexed,
            BackoffLimit = isIndexed ? null : random.Next(0, 8),
            BackoffLimitPerIndex = isIndexed ? random.Next(0, 3) : null,
            ActiveDeadlineSeconds = random.Next(4) == 0 ? 600 : null,
            TtlSecondsAfterFinished = random.Next(3) == 0 ? random.Next(0, 300) : null,
            PodReplacementPolicy = random.Next(3) == 0 ? PodReplacementPolicy.Failed : null,
            Template = Template(isIndexed ? RestartPolicy.Never : random.Next(2) == 0 ? RestartPolicy.OnFailure : RestartPolicy.Never, random),
        };
    }

    private static PodTemplateSpec Template(string policy, Random random) => new()
    {
        Metadata = new() { Labels = ValueMap.Of(("batch", "yes")) },
        Spec = new()
        {
            RestartPolicy = policy,
            PriorityClassName = random.Next(2) == 0 ? Classes.Meek : null,
            TerminationGracePeriodSeconds = random.Next(0, 20),
            Containers =
            [
                new()
                {
                    Name = "task",
                    Image = Registry.Tasks[random.Next(Registry.Tasks.Count)],
                    ImagePullPolicy = "IfNotPresent",
                    Resources = new() { Requests = ValueMap.Of(("cpu", Quantity.Parse("100m")), ("memory", Quantity.Parse("64Mi"))) },
                },
            ],
        },
    };
}
