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
    public static SchedulingPlan Plan(Pod pod, IEnumerable<Node> nodes, params Pod[] placed)
    {
        var state = new ClusterState();
        foreach (var other in placed)
        {
            state.Assign(other);
        }

        foreach (var node in nodes)
        {
            state.SetNode(node);
        }

        return SchedulingPlanner.Plan(new PodInfo(pod), state.Snapshot(0), SchedulerOptions.Default);
    }

    public static string? NodeOf(SchedulingPlan plan) => (plan as SchedulingPlan.Bind)?.Node;

    public static string? MessageOf(SchedulingPlan plan) => (plan as SchedulingPlan.Unschedulable)?.Message;
}
