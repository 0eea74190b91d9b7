using System.Collections.Immutable;

namespace Coppice.Node.Pressure;

/// <summary>What a node is short of, and which of its conditions say so. Pure.</summary>
internal static class PressurePlanner
{
    public static readonly ImmutableSortedDictionary<string, DateTimeOffset> NothingHeld = ImmutableSortedDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);

    /// <summary>The thresholds that are met, in their order. Of what nobody read, nothing is said.</summary>
    public static IReadOnlyList<Shortfall> Met(IReadOnlyList<EvictionThreshold> thresholds, IReadOnlyList<SignalReading> readings) =>
    [
        .. from threshold in thresholds
           join reading in readings on threshold.Signal equals reading.Signal
           let wanted = threshold.Of(reading.Capacity)
           where reading.Available < wanted
           select new Shortfall(threshold.Signal, reading.Available, wanted),
    ];

    /// <summary>The conditions that a pod was evicted for, and when the node was last short of what they stand for.</summary>
    public static ImmutableSortedDictionary<string, DateTimeOffset> Hold(
        ImmutableSortedDictionary<string, DateTimeOffset> before, IReadOnlyList<Shortfall> met, TimeSpan period, DateTimeOffset now) =>
        before
            .Select(one => met.Any(shortfall => shortfall.Signal.Condition == one.Key) ? KeyValuePair.Create(one.Key, now) : one)
            .Where(one => now - one.Value < period)
            .ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>The conditions that hold: of what the node is short of, and those that are held.</summary>
    public static IReadOnlyList<string> Conditions(IReadOnlyList<Shortfall> met, ImmutableSortedDictionary<string, DateTimeOffset> held) =>
        [.. met.Select(one => one.Signal.Condition).Concat(held.Keys).Distinct(StringComparer.Ordinal)];
}
