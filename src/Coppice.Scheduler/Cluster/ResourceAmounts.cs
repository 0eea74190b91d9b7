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
                ResourceName.EphemeralStorage => amounts with { EphemeralStorage = quantity.Value },
                "pods" => amounts,
                _ => amounts with { Others = amounts.Others.With(name, quantity.Value) },
            };
        }

        return amounts;
    }

    public static ResourceAmounts operator +(ResourceAmounts a, ResourceAmounts b) => Combine(a, b, static (x, y) => x + y);

    public static ResourceAmounts operator -(ResourceAmounts a, ResourceAmounts b) => Combine(a, b, static (x, y) => x - y);

    public static ResourceAmounts Max(ResourceAmounts a, ResourceAmounts b) => Combine(a, b, Math.Max);

    private static ResourceAmounts Combine(ResourceAmounts a, ResourceAmounts b, Func<long, long, long> combine) => new(
        combine(a.MilliCpu, b.MilliCpu),
        combine(a.Memory, b.Memory),
        combine(a.EphemeralStorage, b.EphemeralStorage),
        a.Others.IsEmpty && b.Others.IsEmpty
            ? default
            : a.Others.Keys.Union(b.Others.Keys).Select(k => KeyValuePair.Create(k, combine(a.Others.Find(k), b.Others.Find(k)))).ToValueMap());
}

internal static class ResourceName
{
    public const string Cpu = "cpu";
    public const string Memory = "memory";
    public const string EphemeralStorage = "ephemeral-storage";
}
