using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>How much of each resource is asked for, used or there.</summary>
/// <param name="MilliCpu">Thousandths of a CPU.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="EphemeralStorage">Bytes.</param>
/// <param name="Others">Huge pages and extended resources by name, in whole units.</param>
internal readonly record struct ResourceAmounts(long MilliCpu, long Memory, long EphemeralStorage, ValueMap<long> Others)
{
    public static ResourceAmounts Of(ValueMap<Quantity> quantities)
    {
        var amounts = default(ResourceAmounts);
        foreach (var (name, quantity) in quantities)
        {
            amounts = name switch
            {
                ResourceName.Cpu => amounts with { MilliCpu = quantity.MilliValue },
                ResourceName.Memory => amounts with { Memory = quantity.Value },
                ResourceName.Ephemeralstorage => amounts with { EphemeralStorage = quantity.Value },
                ResourceName.Pods => amounts,
                _ => amounts with { Others = amounts.Others.With(name, quantity.Value) },
            };
        }

        return amounts;
    }

    public static ResourceAmounts operator +(ResourceAmounts a, ResourceAmounts b) =>
        new(a.MilliCpu + b.MilliCpu, a.Memory + b.Memory, a.EphemeralStorage + b.EphemeralStorage, Sum(a.Others, b.Others));

    public static ResourceAmounts operator -(ResourceAmounts a, ResourceAmounts b) =>
        new(a.MilliCpu - b.MilliCpu, a.Memory - b.Memory, a.EphemeralStorage - b.EphemeralStorage, Difference(a.Others, b.Others));

    private static ValueMap<long> Difference(ValueMap<long> a, ValueMap<long> b) =>
        b.IsEmpty ? a : a.Select(entry => KeyValuePair.Create(entry.Key, entry.Value - b.Find(entry.Key))).ToValueMap();

    private static ValueMap<long> Sum(ValueMap<long> a, ValueMap<long> b) =>
        a.IsEmpty ? b
        : b.IsEmpty ? a
        : a.Keys.Union(b.Keys).Select(k => KeyValuePair.Create(k, a.Find(k) + b.Find(k))).ToValueMap();
}
