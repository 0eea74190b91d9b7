using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>A resource that nodes are compared by.</summary>
/// <param name="Weight">How much it counts beside the others.</param>
internal sealed record ResourceShare(string Name, int Weight)
{
    /// <summary>CPU and memory alike.</summary>
    public static readonly ValueList<ResourceShare> Usual = [new(ResourceName.Cpu, 1), new(ResourceName.Memory, 1)];

    private readonly int _kind = Name switch
    {
        ResourceName.Cpu => 0,
        ResourceName.Memory => 1,
        ResourceName.Ephemeralstorage => 2,
        _ => 3,
    };

    /// <summary>Pods that don't ask for such a thing don't compare nodes by it.</summary>
    public bool IsExtended => _kind == 3;

    public long Of(in ResourceAmounts amounts) => _kind switch
    {
        0 => amounts.MilliCpu,
        1 => amounts.Memory,
        2 => amounts.EphemeralStorage,
        _ => amounts.Others.Find(Name),
    };
}
