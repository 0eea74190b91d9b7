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

    public ClusterEvents WokenBy => ClusterEvents.NodeAdded | ClusterEvents.NodeResources | ClusterEvents.RoomLeft | ClusterEvents.PodScaledDown | ClusterEvents.Devices;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster)
    {
        var wanted = Wanted(pod, cluster.Devices);
        var (last, lastLack) = ((Rejection?)null, Lack.None);
        return node =>
        {
            if (HasRoom(wanted, node))
            {
                return null;
            }

            // Mostly it is the same as on the node before, and there may be thousands of them.
            var lack = LackOf(wanted, node);
            if (last is null || lack != lastLack || lack.HasFlag(Lack.Others))
            {
                (last, lastLack) = (Objection(wanted, node, last), lack);
            }

            return last;
        };
    }

    /// <summary>What the pod asks for is left on the node, and a place.</summary>
    public bool HasRoom(PodInfo pod, DeviceState devices, NodeInfo node) => HasRoom(Wanted(pod, devices), node);

    private static bool HasRoom(in Wish wish, NodeInfo node)
    {
        var wanted = wish.Amounts;
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
            if (wish.IsOfNode(name, node) && IsLacking(amount, has.Others.Find(name), used.Others.Find(name)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What the node lacks, but for which of the other resources.</summary>
    private static Lack LackOf(in Wish wish, NodeInfo node)
    {
        var wanted = wish.Amounts;
        var (has, used) = (node.Allocatable, node.Requested);
        return (node.PodCount >= node.PodLimit ? Lack.Place : 0)
            | Of(Lack.Cpu, wanted.MilliCpu, has.MilliCpu, used.MilliCpu)
            | Of(Lack.Memory, wanted.Memory, has.Memory, used.Memory)
            | Of(Lack.Disk, wanted.EphemeralStorage, has.EphemeralStorage, used.EphemeralStorage)
            | (wanted.Others.IsEmpty ? 0 : Lack.Others);

        static Lack Of(Lack what, long amount, long allocatable, long taken) =>
            !IsLacking(amount, allocatable, taken) ? Lack.None : amount > allocatable ? what | Lack.ForGood : what;
    }

    /// <param name="last">What another node lacked.</param>
    private static Rejection Objection(in Wish wish, NodeInfo node, Rejection? last)
    {
        var wanted = wish.Amounts;
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
            if (wish.IsOfNode(name, node))
            {
                Check(name, amount, has.Others.Find(name), used.Others.Find(name));
            }
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

    private Wish Wanted(PodInfo pod, DeviceState devices)
    {
        var amounts = Ignored.IsEmpty && IgnoredGroups.IsEmpty
            ? pod.Requests
            : pod.Requests with { Others = pod.Requests.Others.Where(one => !Ignored.Contains(one.Key) && !IgnoredGroups.Contains(one.Key.Split('/')[0])).ToValueMap() };
        return new(amounts, amounts.Others.IsEmpty ? [] : [.. amounts.Others.Keys.Where(name => devices.ClassFor(name) is not null)]);
    }

    // Who asks for nothing fits even on a node that has given away too much.
    private static bool IsLacking(long wanted, long allocatable, long taken) => wanted > 0 && wanted > allocatable - taken;

    /// <summary>What a pod asks for.</summary>
    /// <param name="OfClasses">Of that, what classes of devices stand for: it need not be the node that has it.</param>
    private readonly record struct Wish(ResourceAmounts Amounts, IReadOnlyList<string> OfClasses)
    {
        public bool IsOfNode(string resource, NodeInfo node) => OfClasses.Count == 0 || !OfClasses.Contains(resource) || node.Allocatable.Others.ContainsKey(resource);
    }

    [Flags]
    private enum Lack
    {
        None = 0,
        Place = 1,
        Cpu = 2,
        Memory = 4,
        Disk = 8,

        /// <summary>Perhaps some of the others.</summary>
        Others = 16,

        /// <summary>It would be lacking on the node if that were empty.</summary>
        ForGood = 32,
    }
}
