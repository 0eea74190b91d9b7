using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks.Laws;

/// <summary>Each pod of a Job that has ended is counted, and once; no more run at once than may; and a Job that is over changes no more.</summary>
internal sealed class JobLaw(StoredWorld world) : ILaw
{
    private readonly Dictionary<string, Book> _books = new(StringComparer.Ordinal);

    public void Look(Write write)
    {
        switch (write.Item)
        {
            case Pod:
                LookAtPod((Pod?)write.Old, (Pod?)write.New);
                break;
            case Job when write.New is Job job:
                LookAtJob((Job?)write.Old, job);
                break;
        }
    }

    private static bool IsTracked(Pod? pod) => pod?.Metadata.Finalizers.Contains(JobLabels.TrackingFinalizer) == true;

    private static bool IsActive(Pod pod) => pod.Metadata.DeletionTimestamp is null && pod.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed);

    private void LookAtPod(Pod? old, Pod? pod)
    {
        if ((pod ?? old)!.Metadata.OwnerReferences.FirstOrDefault(o => o is { Controller: true, Kind: nameof(Job) }) is not { } owner)
        {
            return;
        }

        var book = BookOf(owner.Uid);
        if (pod is null)
        {
            LookAtEnd(old!, book, owner);
            return;
        }

        if (pod.Status.Phase == PodPhase.Succeeded && (IsTracked(old) || IsTracked(pod)))
        {
            book.Well[pod.Metadata.Uid!] = pod;
        }

        if (pod.Status.Phase == PodPhase.Failed || pod.Metadata.DeletionTimestamp is not null)
        {
            book.Badly.Add(pod.Metadata.Uid!);
        }

        if (old is null)
        {
            var active = world.All<Pod>(pod.Metadata.Namespace!).Count(p => IsActive(p) && p.Metadata.OwnerReferences.Any(o => o.Uid == owner.Uid));
            Require(active <= book.Parallelism, $"job {owner.Name} runs {active} pods at once, and may {book.Parallelism}");
        }
    }

    /// <summary>With its last finalizer a pod that was to go is gone. A Job that is gone or going counts nothing more, and one that ends may let go.</summary>
    private void LookAtEnd(Pod pod, Book book, OwnerReference owner)
    {
        var job = world.Find<Job>(new(pod.Metadata.Namespace!, owner.Name));
        var isCounted = !IsTracked(pod) || pod.Status.Phase == PodPhase.Succeeded || book.Failed.Contains(pod.Metadata.Uid!);
        var isOver = job?.Metadata.Uid != owner.Uid || job.Metadata.DeletionTimestamp is not null
            || JobConditions.IsTrue(job.Status, JobConditionType.FailureTarget) || JobConditions.IsTrue(job.Status, JobConditionType.SuccessCriteriaMet);
        Require(isCounted || isOver, $"pod {ObjectKey.Of(pod)} of job {owner.Name} is gone before it was counted");
    }

    private void LookAtJob(Job? old, Job job)
    {
        var (name, book) = ($"job {ObjectKey.Of(job)}", BookOf(job.Metadata.Uid!));
        book.Parallelism = Math.Max(book.Parallelism, job.Spec.Parallelism ?? 1);
        var (before, now) = (old?.Status ?? new(), job.Status);
        if (JobConditions.IsFinished(before))
        {
            Require((before.Succeeded, before.Failed) == (now.Succeeded, now.Failed), $"{name} is over, and counts anew: {now}");
            return;
        }

        var isIndexed = job.Spec.CompletionMode == CompletionMode.Indexed;
        var (well, badly) = (Noted(now.UncountedTerminatedPods?.Succeeded), Noted(now.UncountedTerminatedPods?.Failed));
        Require(well.All(book.Well.ContainsKey), $"{name} notes a pod as ended well that did not");
        Require(badly.All(book.Badly.Contains), $"{name} notes a pod as failed that did not");
        book.Leave(Noted(before.UncountedTerminatedPods?.Succeeded).Concat(Noted(before.UncountedTerminatedPods?.Failed)).Except([.. well, .. badly]));
        Require(!well.Concat(badly).Any(book.Counted.Contains), $"{name} counts a pod twice");
        book.Failed.UnionWith(badly);
        Require(isIndexed || now.Succeeded + well.Count <= book.Well.Count, $"{name} counts {now.Succeeded} + {well.Count} pods that ended well, of {book.Well.Count}");
        Require(now.Failed + badly.Count <= book.Badly.Count, $"{name} counts {now.Failed} + {badly.Count} pods that failed, of {book.Badly.Count}");
        Require(
            now.Succeeded + well.Count >= before.Succeeded + Noted(before.UncountedTerminatedPods?.Succeeded).Count,
            $"{name} counts fewer pods that ended well than before");
        Require(now.Failed + badly.Count >= before.Failed + Noted(before.UncountedTerminatedPods?.Failed).Count, $"{name} counts fewer failed pods than before");
        if (JobConditions.IsFinished(now))
        {
            LookAtEnd(job, book, isIndexed);
        }
    }

    private void LookAtEnd(Job job, Book book, bool isIndexed)
    {
        var (name, now) = ($"job {ObjectKey.Of(job)}", job.Status);
        Require(now.UncountedTerminatedPods is null or { Succeeded.IsEmpty: true, Failed.IsEmpty: true }, $"{name} is over, and there are pods to be counted");
        var left = world.All<Pod>(job.Metadata.Namespace!).Where(p => IsTracked(p) && p.Metadata.OwnerReferences.Any(o => o.Uid == job.Metadata.Uid)).ToList();
        Require(left.Count == 0, $"{name} is over, and did not let go of {string.Join(", ", left.Select(p => p.Metadata.Name))}");
        var completed = JobConditions.IsTrue(now, JobConditionType.Complete);
        if (isIndexed)
        {
            var ended = book.Well.Values.Select(p => p.Metadata.Annotations.Find(JobLabels.CompletionIndex)).Distinct(StringComparer.Ordinal).Count();
            Require(now.Succeeded <= ended, $"{name} counts {now.Succeeded} indexes, of which {ended} ended well");
            Require(!completed || now.Succeeded == job.Spec.Completions, $"{name} is complete with {now.Succeeded} of {job.Spec.Completions}");
            return;
        }

        // One that was to go counts as failed from then on, however it ended.
        var well = book.Well.Keys.Count(uid => !book.Failed.Contains(uid));
        Require(now.Succeeded == well, $"{name} is over with {now.Succeeded} pods that ended well, and there were {well}");
        Require(!completed || now.Succeeded >= job.Spec.Completions, $"{name} is complete with {now.Succeeded} of {job.Spec.Completions}");
        Require(now.Succeeded <= job.Spec.Completions + book.Badly.Count, $"{name} has {now.Succeeded} completions, and was to have {job.Spec.Completions}");
    }

    private static IReadOnlyList<string> Noted(ValueList<string>? uids) => [.. uids ?? []];

    private static void Require(bool isSo, string what)
    {
        if (!isSo)
        {
            throw new InvalidOperationException(what);
        }
    }

    private Book BookOf(string uid)
    {
        if (!_books.TryGetValue(uid, out var book))
        {
            _books[uid] = book = new Book();
        }

        return book;
    }

    /// <summary>What became of a Job's pods, by their uids.</summary>
    private sealed class Book
    {
        public Dictionary<string, Pod> Well { get; } = new(StringComparer.Ordinal);

        /// <summary>Failed, or were to go.</summary>
        public HashSet<string> Badly { get; } = new(StringComparer.Ordinal);

        /// <summary>Were noted as failed.</summary>
        public HashSet<string> Failed { get; } = new(StringComparer.Ordinal);

        /// <summary>Were noted, and are no more.</summary>
        public HashSet<string> Counted { get; } = new(StringComparer.Ordinal);

        /// <summary>The most that were allowed at once.</summary>
        public int Parallelism { get; set; }

        public void Leave(IEnumerable<string> uids) => Counted.UnionWith(uids);
    }
}
