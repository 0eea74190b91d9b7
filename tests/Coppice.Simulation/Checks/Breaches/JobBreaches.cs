using System.Globalization;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Coppice.Simulation.Checks.Laws;

namespace Coppice.Simulation.Checks.Breaches;

internal static class JobBreaches
{
    private static readonly Job Begun = new()
    {
        Metadata = Made.Named("job"),
        Spec = new() { Completions = 2, Parallelism = 2, CompletionMode = CompletionMode.NonIndexed },
    };

    private static readonly Job Indexed = Begun with { Spec = Begun.Spec with { CompletionMode = CompletionMode.Indexed } };

    private static readonly Pod A = Task("a", PodPhase.Running);
    private static readonly Pod B = Task("b", PodPhase.Running);
    private static readonly Pod Well = Task("a", PodPhase.Succeeded);
    private static readonly Pod OtherWell = Task("b", PodPhase.Succeeded);
    private static readonly Pod Failed = Task("a", PodPhase.Failed);

    public static IEnumerable<Breach> All =>
    [
        Of("runs more pods at once than it may", "runs 3 pods at once, and may 2", new(Begun), new(A, B), new(Task("c", PodPhase.Pending))),
        Of("lets a pod go that it did not count", "is gone before it was counted", new(Begun), new(A), new(Failed), Moment.End(Failed)),
        Of(
            "changes when it is over", "is over, and counts anew",
            new(Begun), new(Well, OtherWell), Counted(2), new(Untracked(Well), Untracked(OtherWell)), Over(2), new(Status(new() { Succeeded = 3 }).Over(JobConditionType.Complete))),
        Of("notes a pod that did not end well as one that did", "notes a pod as ended well that did not", new(Begun), new(A), Noted(well: ["a"])),
        Of("notes a pod as failed that did not fail", "notes a pod as failed that did not", new(Begun), new(A), Noted(badly: ["a"])),
        Of("counts a pod twice", "counts a pod twice", new(Begun), new(Well), Noted(well: ["a"]), Counted(1), Noted(well: ["a"], succeeded: 1)),
        Of("counts more pods that ended well than there were", "counts 2 + 0 pods that ended well, of 1", new(Begun), new(Well), Counted(2)),
        Of("counts more failed pods than there were", "counts 2 + 0 pods that failed, of 1", new(Begun), new(Failed), new(Status(new() { Failed = 2 }))),
        Of("forgets a pod that ended well", "counts fewer pods that ended well than before", new(Begun), new(Well), Noted(well: ["a"]), Counted(0)),
        Of("forgets a pod that failed", "counts fewer failed pods than before", new(Begun), new(Failed), Noted(badly: ["a"]), Counted(0)),
        Of(
            "is over with pods to be counted", "is over, and there are pods to be counted",
            new(Begun), new(Well, OtherWell), new(Status(new() { Succeeded = 1, UncountedTerminatedPods = new() { Succeeded = ["b"] } }).Over(JobConditionType.Complete))),
        Of("is over and holds on to a pod", "is over, and did not let go of b", new(Begun), new(Well, OtherWell), Counted(2), new(Untracked(Well)), Over(2)),
        Of("misses a pod that ended well", "is over with 1 pods that ended well, and there were 2", new(Begun), new(Well, OtherWell), Counted(1), new(Untracked(Well), Untracked(OtherWell)), Over(1, JobConditionType.Failed)),
        Of("is complete too soon", "is complete with 1 of 2", new(Begun), new(Well), Counted(1), new(Untracked(Well)), Over(1)),
        Of(
            "has more completions than it was to have", "has 3 completions, and was to have 2",
            new(Begun with { Spec = Begun.Spec with { Parallelism = 3 } }), new(Well, OtherWell, Task("c", PodPhase.Succeeded)), Counted(3),
            new(Untracked(Well), Untracked(OtherWell), Untracked(Task("c", PodPhase.Succeeded))), Over(3)),
        Of(
            "counts an index that did not end well", "counts 2 indexes, of which 1 ended well",
            new(Indexed), new(Well), new(Untracked(Well)), new((Indexed with { Status = new() { Succeeded = 2 } }).Over(JobConditionType.Complete))),
        Of(
            "is complete without an index", "is complete with 1 of 2",
            new(Indexed), new(Well), new(Untracked(Well)), new((Indexed with { Status = new() { Succeeded = 1 } }).Over(JobConditionType.Complete))),
    ];

    private static Breach Of(string what, string words, params IReadOnlyList<Moment> moments) => new($"a Job {what}", ground => new JobLaw(ground.World), words, moments);

    private static Moment Counted(int succeeded) => new(Status(new() { Succeeded = succeeded }));

    private static Moment Over(int succeeded, string how = JobConditionType.Complete) => new(Status(new() { Succeeded = succeeded }).Over(how));

    private static Moment Noted(ValueList<string> well = default, ValueList<string> badly = default, int succeeded = 0) =>
        new(Status(new() { Succeeded = succeeded, UncountedTerminatedPods = new() { Succeeded = well, Failed = badly } }));

    private static Job Status(JobStatus status) => Begun with { Status = status };

    private static Pod Untracked(Pod pod) => pod with { Metadata = pod.Metadata with { Finalizers = [] } };

    private static Pod Task(string name, string phase)
    {
        var pod = Made.Pod(name, phase);
        return pod with
        {
            Metadata = pod.Metadata.Of(nameof(Job), "job") with
            {
                Finalizers = [JobLabels.TrackingFinalizer],
                Annotations = ValueMap.Of((JobLabels.CompletionIndex, (name[0] - 'a').ToString(CultureInfo.InvariantCulture))),
            },
        };
    }
}
