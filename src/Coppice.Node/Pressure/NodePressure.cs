using System.Collections.Immutable;
using Coppice.Client;

namespace Coppice.Node.Pressure;

/// <summary>Whether the node is short of anything, as its conditions say. For any thread.</summary>
/// <param name="read">Looks at how much there is.</param>
public sealed class NodePressure(Func<CancellationToken, ValueTask<IReadOnlyList<SignalReading>>> read, EvictionOptions options, TimeProvider time)
{
    private readonly SteadyClock _clock = new(time);
    private readonly Lock _lock = new();
    private ImmutableSortedDictionary<string, DateTimeOffset> _held = PressurePlanner.NothingHeld;
    private volatile IReadOnlyList<string> _conditions = [];

    /// <summary>Other conditions hold than before; told on whichever thread looked.</summary>
    public event Action? Changed;

    /// <summary>The conditions that held at the last look.</summary>
    public IReadOnlyList<string> Conditions => _conditions;

    public async ValueTask<PressureLook> LookAsync(CancellationToken stop)
    {
        var readings = await read(stop);
        var met = PressurePlanner.Met(options.Hard, readings);
        IReadOnlyList<string> before, after;
        lock (_lock)
        {
            _held = PressurePlanner.Hold(_held, met, options.TransitionPeriod, _clock.GetUtcNow());
            (before, after) = (_conditions, PressurePlanner.Conditions(met, _held));
            _conditions = after;
        }

        if (!before.SequenceEqual(after, StringComparer.Ordinal))
        {
            Changed?.Invoke();
        }

        return new PressureLook(met, after, readings.Any(one => one.Signal.IsOfImages));
    }

    /// <summary>A pod is ended for it: from now on the condition holds for its time.</summary>
    public void Hold(EvictionSignal signal)
    {
        lock (_lock)
        {
            _held = _held.SetItem(signal.Condition, _clock.GetUtcNow());
        }
    }
}

/// <summary>One look at what the node is short of.</summary>
/// <param name="Conditions">Those that hold.</param>
/// <param name="HasImageDisk">Images and what containers write to their own files are on another file system than the rest.</param>
public sealed record PressureLook(IReadOnlyList<Shortfall> Met, IReadOnlyList<string> Conditions, bool HasImageDisk);
