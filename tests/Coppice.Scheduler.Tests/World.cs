using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler.Tests;

/// <summary>Nodes and pods in few words.</summary>
internal static class World
{
    public static Node Node(string name, string cpu = "4", string memory = "8Gi", int pods = 110, params (string, string)[] labels) => new()
    {
        Metadata = new() { Name = name, Labels = ValueMap.Of([("kubernetes.io/hostname", name), .. labels]) },
        Status = new()
        {
            Allocatable = ValueMap.Of(
                ("cpu", Quantity.Parse(cpu)), ("memory", Quantity.Parse(memory)),
                ("ephemeral-storage", Quantity.Parse("100Gi")), ("pods", Quantity.FromUnits(pods))),
        },
    };

    public static Node Tainted(this Node node, string key, string effect) =>
        node with { Spec = node.Spec with { Taints = [.. node.Spec.Taints, new Taint { Key = key, Effect = effect }] } };

    public static Pod Pod(string name, string? cpu = null, string? memory = null, string? on = null, params (string, string)[] labels) => new()
    {
        Metadata = new() { Namespace = "default", Name = name, Labels = ValueMap.Of<string>(labels) },
        Spec = new() { NodeName = on, SchedulerName = "default-scheduler", Containers = [new Container { Name = "c", Image = "i", Resources = Requests(cpu, memory) }] },
    };

    /// <param name="startedAt">In seconds of some day.</param>
    public static Pod Important(this Pod pod, int priority, int startedAt = 0) => pod with
    {
        Spec = pod.Spec with { Priority = priority },
        Status = pod.Status with { StartTime = DateTimeOffset.UnixEpoch.AddSeconds(startedAt) },
    };

    /// <summary>A pod that asks for so much now, and was given so much before.</summary>
    public static Pod Resized(string name, string cpu, string given, string? on) => Pod(name, cpu, on: on) with
    {
        Status = new() { ContainerStatuses = [new ContainerStatus { Name = "c", AllocatedResources = Requests(given).Requests, Resources = Requests(given) }] },
    };

    public static ResourceRequirements Requests(string? cpu = null, string? memory = null)
    {
        var requests = default(ValueMap<Quantity>);
        requests = cpu is null ? requests : requests.With("cpu", Quantity.Parse(cpu));
        return new() { Requests = memory is null ? requests : requests.With("memory", Quantity.Parse(memory)) };
    }

    public static Pod With(this Pod pod, Func<PodSpec, PodSpec> change) => pod with { Spec = change(pod.Spec) };

    /// <summary>Plans a pod among nodes and the pods that are on them.</summary>
    public static Planned Plan(Pod pod, IEnumerable<Node> nodes, params Pod[] placed) => Plan(new ClusterState(), pod, nodes, placed);

    /// <summary>The same in a cluster that has something already, such as volumes.</summary>
    public static Planned Plan(ClusterState state, Pod pod, IEnumerable<Node> nodes, params Pod[] placed)
    {
        foreach (var other in placed)
        {
            state.Assign(other);
        }

        foreach (var node in nodes)
        {
            state.SetNode(node);
        }

        var info = new PodInfo(pod);
        return SchedulingPlanner.Plan(info, state.Snapshot(0), new(), SchedulerProfile.Default) switch
        {
            SchedulingPlan.Unschedulable not => new Planned(null, not, PreemptionPlanner.Plan(info, state, new(), SchedulerProfile.Default, not)),
            var plan => new Planned((SchedulingPlan.Bind)plan, null, null),
        };
    }

    public static string? NodeOf(Planned planned) => planned.Bind?.Node;

    public static string? NodeOf(SchedulingPlan plan) => (plan as SchedulingPlan.Bind)?.Node;

    public static string? MessageOf(Planned planned) =>
        planned.Not is null ? null : UnschedulableMessage.Write(planned.Not.Rejections, (planned.Preemption as PreemptionPlan.Nothing)?.Message);

    /// <summary>The node that is to be freed, and the names of the pods that have to go; null if nobody has to.</summary>
    public static string? VictimsOf(Planned planned) => planned.Preemption is PreemptionPlan.Preempt { Victims: var victims }
        ? $"{victims.Node.Name}: {string.Join(' ', victims.Pods.Select(pod => pod.Key.Name))}"
        : null;

    /// <summary>What comes of a pod: a node, or none and what is to be done about it.</summary>
    public sealed record Planned(SchedulingPlan.Bind? Bind, SchedulingPlan.Unschedulable? Not, PreemptionPlan? Preemption);
}
