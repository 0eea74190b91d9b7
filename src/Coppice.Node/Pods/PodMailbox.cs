using System.Threading.Channels;

namespace Coppice.Node.Pods;

/// <summary>What a worker knows; changed by its own loop alone.</summary>
/// <param name="Pod">The newest that the API told, with what is allocated to it in the place of what it asks for.</param>
/// <param name="EarlyExits">Exits that were told before the start of the container was known here, by its id.</param>
/// <param name="OutOfMemory">The containers that ran out of memory.</param>
internal sealed record PodWorkerState(
    Objects.Core.Pod Pod,
    PodView View,
    PodRuntimeState RuntimeState,
    System.Collections.Immutable.ImmutableSortedDictionary<string, Runtime.RuntimeEvent> EarlyExits,
    System.Collections.Immutable.ImmutableSortedSet<string> OutOfMemory)
{
    /// <summary>The newest that the API told, as it is there.</summary>
    public Objects.Core.Pod Desired { get; init; } = Pod;
}

/// <summary>
/// What happened, for a worker's loop to take in: posted from anywhere, applied one after another. A change is a function from the
/// state as it then is, so that nothing is overwritten that came in between.
/// </summary>
internal sealed class PodMailbox(TimeProvider time) : IDisposable
{
    private readonly Channel<Func<PodWorkerState, PodWorkerState>> _changes =
        Channel.CreateUnbounded<Func<PodWorkerState, PodWorkerState>>(new UnboundedChannelOptions { SingleReader = true });

    private ITimer? _alarm;

    public void Post(Func<PodWorkerState, PodWorkerState> change) => _changes.Writer.TryWrite(change);

    /// <summary>Applies all that has come in.</summary>
    public PodWorkerState Drain(PodWorkerState state)
    {
        while (_changes.Reader.TryRead(out var change))
        {
            state = change(state);
        }

        return state;
    }

    /// <summary>Waits until something comes in, or until a moment.</summary>
    public async ValueTask WaitAsync(DateTimeOffset? until, CancellationToken stop)
    {
        if (until is { } at)
        {
            var due = at - time.GetUtcNow();
            if (due <= TimeSpan.Zero)
            {
                due = TimeSpan.FromMilliseconds(1);
            }

            _alarm ??= time.CreateTimer(_ => Post(static state => state), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            // Timers take no more than 49 days; looking once in between does no harm.
            _alarm.Change(due < LongestPause ? due : LongestPause, Timeout.InfiniteTimeSpan);
        }

        await _changes.Reader.WaitToReadAsync(stop);
        _alarm?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _alarm?.Dispose();

    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);
}
