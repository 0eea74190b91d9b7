using System.Globalization;
using Coppice.Objects;

namespace Coppice.Node.Pressure;

/// <summary>With less left than this, a node is short.</summary>
/// <param name="Value">As in a kubelet's configuration: an amount, as in 100Mi, or a share of what there is, as in 10%.</param>
public sealed record EvictionThreshold(EvictionSignal Signal, string Value)
{
    /// <summary>The amount, of so much in all.</summary>
    public long Of(long capacity) => Value.EndsWith('%')
        // No more exact than the kubelet's, so that the amounts in messages are the same.
        ? (long)(capacity * (double)(float.Parse(Value.AsSpan(0, Value.Length - 1), CultureInfo.InvariantCulture) / 100))
        : Quantity.Parse(Value).Value;
}

/// <summary>A threshold that is met.</summary>
/// <param name="Available">What is left.</param>
/// <param name="Wanted">What there should be at least.</param>
public sealed record Shortfall(EvictionSignal Signal, long Available, long Wanted)
{
    public long Missing => Wanted - Available;
}
