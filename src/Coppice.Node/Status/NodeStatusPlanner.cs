using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Node.Status;

/// <summary>The node object, from what the machine is and how it is. Conditions have the kubelet's reasons and messages. Pure.</summary>
public static class NodeStatusPlanner
{
    /// <summary>A node that registers for the first time.</summary>
    public static Objects.Core.Node Register(NodeFacts facts, MachineHealth health, NodeStatusOptions options, DateTimeOffset now) => new()
    {
        ApiVersion = "v1",
        Kind = "Node",
        Metadata = new ObjectMeta { Name = facts.Name, Labels = Labels(facts, options) },
        Status = Plan(new NodeStatus(), facts, health, options, now),
    };

    /// <summary>The labels that every node has.</summary>
    public static ValueMap<string> Labels(NodeFacts facts, NodeStatusOptions options) => new ValueMap<string>(options.Labels).With(
    [
        new("kubernetes.io/hostname", facts.Name),
        new("kubernetes.io/os", facts.Info.OperatingSystem),
        new("kubernetes.io/arch", facts.Info.Architecture),
        new("beta.kubernetes.io/os", facts.Info.OperatingSystem),
        new("beta.kubernetes.io/arch", facts.Info.Architecture),
    ]);

    /// <param name="current">What the API has: conditions keep the time of their last change.</param>
    public static NodeStatus Plan(NodeStatus current, NodeFacts facts, MachineHealth health, NodeStatusOptions options, DateTimeOffset now)
    {
        // What somebody says that the node has beside what it finds is theirs to say, and stays.
        var capacity = Capacity(facts, options).With(current.Capacity.Where(one => ResourceName.IsExtended(one.Key)));
        return current with
        {
            Capacity = capacity,
            Allocatable = Allocatable(capacity, options),
            Addresses = [.. facts.Addresses.Select(one => new NodeAddress { Type = NodeAddressType.InternalIP, Address = one }), new NodeAddress { Type = NodeAddressType.Hostname, Address = facts.Name }],
            DaemonEndpoints = new NodeDaemonEndpoints { KubeletEndpoint = new DaemonEndpoint { Port = options.EndpointPort } },
            NodeInfo = facts.Info,
            Images = [.. health.Images.OrderByDescending(one => one.SizeBytes).ThenBy(one => one.Id, StringComparer.Ordinal).Take(options.ImagesMax)
                .Select(one => new ContainerImage { Names = [.. one.Digests.Concat(one.Tags).Take(options.ImageNamesMax)], SizeBytes = one.SizeBytes })],
            Conditions = Conditions(current.Conditions, health, now),
        };
    }

    /// <summary>Whether a status is worth writing: it says something new, or the last one is old.</summary>
    public static bool IsNews(NodeStatus current, NodeStatus planned, DateTimeOffset now, NodeStatusOptions options)
    {
        if (WithoutHeartbeats(current) != WithoutHeartbeats(planned))
        {
            return true;
        }

        var last = current.Conditions.Select(one => one.LastHeartbeatTime).Max();
        // A report from the future was made before the clock was set back.
        return last is null || last > now || now - last >= options.ReportEvery;
    }

    private static NodeStatus WithoutHeartbeats(NodeStatus status) =>
        status with { Conditions = [.. status.Conditions.Select(one => one with { LastHeartbeatTime = null })] };

    private static ValueMap<Quantity> Capacity(NodeFacts facts, NodeStatusOptions options) => new(
    [
        new(ResourceName.Cpu, Quantity.FromUnits(facts.Processors)),
        new(ResourceName.Memory, Quantity.FromBytes(facts.MemoryBytes)),
        new(ResourceName.Ephemeralstorage, Quantity.FromBytes(facts.StorageBytes)),
        new(ResourceName.Pods, Quantity.FromUnits(options.PodsMax)),
        .. facts.HugePages.Select(one => KeyValuePair.Create("hugepages-" + one.Key, Quantity.FromBytes(one.Value))),
    ]);

    private static ValueMap<Quantity> Allocatable(ValueMap<Quantity> capacity, NodeStatusOptions options)
    {
        var huge = capacity.Where(one => one.Key.StartsWith("hugepages-", StringComparison.Ordinal)).Sum(one => one.Value.Value);
        var memory = capacity[ResourceName.Memory].Value - options.ReservedMemoryBytes - huge;
        var storage = capacity[ResourceName.Ephemeralstorage].Value;
        return capacity.With(
        [
            new(ResourceName.Cpu, Quantity.FromMillis(Math.Max(0, capacity[ResourceName.Cpu].MilliValue - options.ReservedMilliCpu))),
            new(ResourceName.Memory, Quantity.FromBytes(Math.Max(0, memory))),
            new(ResourceName.Ephemeralstorage, Quantity.FromBytes(storage - (long)((double)storage * options.ReservedStorage))),
        ]);
    }

    private static ValueList<NodeCondition> Conditions(ValueList<NodeCondition> current, MachineHealth health, DateTimeOffset now)
    {
        string[] problems = [.. new[] { health.RuntimeProblem, health.NetworkProblem is { } network ? "container runtime network not ready: " + network : null }.OfType<string>()];
        var ready = problems.Length == 0
            ? Condition(NodeConditionType.Ready, true, "KubeletReady", "kubelet is posting ready status")
            : Condition(NodeConditionType.Ready, false, "KubeletNotReady", problems.Length == 1 ? problems[0] : $"[{string.Join(", ", problems)}]");
        NodeCondition[] own =
        [
            health.Pressures.Contains(NodeConditionType.MemoryPressure)
                ? Condition(NodeConditionType.MemoryPressure, true, "KubeletHasInsufficientMemory", "kubelet has insufficient memory available")
                : Condition(NodeConditionType.MemoryPressure, false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            health.Pressures.Contains(NodeConditionType.DiskPressure)
                ? Condition(NodeConditionType.DiskPressure, true, "KubeletHasDiskPressure", "kubelet has disk pressure")
                : Condition(NodeConditionType.DiskPressure, false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            health.Pressures.Contains(NodeConditionType.PIDPressure)
                ? Condition(NodeConditionType.PIDPressure, true, "KubeletHasInsufficientPID", "kubelet has insufficient PID available")
                : Condition(NodeConditionType.PIDPressure, false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            ready,
        ];
        var second = ApiTime.Truncate(now);
        var dated = own.Select(one =>
        {
            var before = current.FirstOrDefault(other => other.Type == one.Type);
            return one with { LastHeartbeatTime = second, LastTransitionTime = before?.Status == one.Status ? before.LastTransitionTime : second };
        });
        // Conditions of others, such as NetworkUnavailable, are theirs.
        return [.. current.Where(one => own.All(other => other.Type != one.Type)), .. dated];
    }

    private static NodeCondition Condition(string type, bool holds, string reason, string message) =>
        new() { Type = type, Status = holds ? ConditionStatus.True : ConditionStatus.False, Reason = reason, Message = message };
}
