using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>What the pod asks for must be left on the node, and a place among its pods.</summary>
/// <param name="Ignored">Extended resources that are not looked at, by name.</param>
/// <param name="IgnoredGroups">The same by what is before the slash.</param>
internal sealed record ResourcesFilter(ValueList<string> Ignored = default, ValueList<string> IgnoredGroups = default) : IFilter
{
    private const string TooManyPods = "Too many pods";
    private const string NoCpu = $"Insufficient {ResourceName.Cpu}";
    private const string NoMemory = $"Insufficient {ResourceName.Memory}";

    public ClusterEvents WokenBy => ClusterEvents.NodeAdded | ClusterEvents.NodeResources | ClusterEvents.RoomLeft | ClusterEvents.PodScaledDown;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster) 
    {
        var wanted = Wanted(pod);
        Rejection? last = null;
        return node => HasRoom(wanted, node) ? null : last = Objection(wanted, node, last);
    }

    /// <summary>What the pod asks for is left on the node, and a place.</summary>
    public bool HasRoom(PodInfo pod, NodeInfo node) => HasRoom(Wanted(pod), node);

    private static bool HasRoom(in ResourceAmounts wanted, NodeInfo node)
    {
        var (has, used) = (node.Allocatable, node.Requested);
        if (node.PodCount >= node.PodLimit
            || IsLacking(wanted.MilliCpu, has.MilliCpu, used.MilliCpu)
            || IsLacking(wanted.Memory, has.Memory, used.Memory)
            || IsLacking(wanted.EphemeralStorage, has.EphemeralStorage, used.EphemeralStorage))
        {
            return false;
        }

        foreach (var (name, amount) in wanted.Others)
        {
            if (IsLacking(amount, has.Others.Find(name), used.Others.Find(name)))
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="last">What another node lacked: mostly it is the same, and there may be thousands of them.</param>
    private static Rejection Objection(in ResourceAmounts wanted, NodeInfo node, Rejection? last)
    {
        var (has, used) = (node.Allocatable, node.Requested);
        var lacking = new List<string>();
        var isFinal = false;
        if (node.PodCount >= node.PodLimit)
        {
            lacking.Add(TooManyPods);
        }

        Check(ResourceName.Cpu, wanted.MilliCpu, has.MilliCpu, used.MilliCpu);
        Check(ResourceName.Memory, wanted.Memory, has.Memory, used.Memory);
        Check(ResourceName.Ephemeralstorage, wanted.EphemeralStorage, has.EphemeralStorage, used.EphemeralStorage);
        foreach (var (name, amount) in wanted.Others)
        {
            Check(name, amount, has.Others.Find(name), used.Others.Find(name));
        }

        return last is not null && last.IsUnresolvable == isFinal && last.Reasons.SequenceEqual(lacking) ? last : new(lacking, isFinal);

        void Check(string resource, long amount, long allocatable, long taken)
        {
            if (IsLacking(amount, allocatable, taken))
            {
                lacking.Add(resource switch
                {
                    ResourceName.Cpu => NoCpu,
                    ResourceName.Memory => NoMemory,
                    _ => $"Insufficient {resource}",
                });
                isFinal |= amount > allocatable;
            }
        }
    }

    private ResourceAmounts Wanted(PodInfo pod) => Ignored.IsEmpty && IgnoredGroups.IsEmpty
        ? pod.Requests
        : pod.Requests with { Others = pod.Requests.Others.Where(one => !Ignored.Contains(one.Key) && !IgnoredGroups.Contains(one.Key.Split('/')[0])).ToValueMap() };

    // Who asks for nothing fits even on a node that has given away too much.
    private static bool IsLacking(long wanted, long allocatable, long taken) => wanted > 0 && wanted > allocatable - taken;
}
