using Coppice.Objects;

namespace Coppice.Client;

/// <summary>
/// Brings one object's world to what it asks for. It is given a name, never an event: it looks at what is now, so that it may be run
/// at any time, any number of times, and heals what it missed.
/// </summary>
/// <typeparam name="TKey">What names the object: a key, or a key and its kind.</typeparam>
public interface IReconciler<in TKey>
{
    /// <summary>
    /// Observes, plans, applies. Throwing means: try again after a growing pause (a Conflict: at once, on the newer world).
    /// </summary>
    ValueTask<ReconcileResult> ReconcileAsync(TKey key, CancellationToken stop);
}

/// <summary>A reconciler of objects of one kind.</summary>
public interface IReconciler : IReconciler<ObjectKey>;

/// <summary>When to look at a key again, if nothing wakes it before.</summary>
public readonly record struct ReconcileResult(TimeSpan? Delay)
{
    /// <summary>Nothing more to do until something changes.</summary>
    public static readonly ReconcileResult Done = new(null);

    public static ReconcileResult After(TimeSpan delay) => new(delay);
}

/// <param name="Workers">How many keys are worked on at the same time; a key itself never by two.</param>
/// <param name="FirstPause">The pause after a key's first failure; it doubles with each one more.</param>
/// <param name="LongestPause">Where the doubling ends.</param>
public sealed record ReconcileOptions(int Workers, TimeSpan FirstPause, TimeSpan LongestPause)
{
    /// <summary>Kubernetes' work queues begin at 5 ms and end at 1000 s.</summary>
    public static readonly ReconcileOptions Default = new(8, TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1000));
}
