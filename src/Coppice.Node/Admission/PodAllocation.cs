using System.Collections.Immutable;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Admission;

/// <summary>
/// What a node has set aside for a pod: less or more than the pod asks for now, while a resize waits. Only of what can be resized: the
/// main containers and the sidecars, by their names, and the pod as a whole.
/// </summary>
public sealed record PodAllocation(ImmutableSortedDictionary<string, ResourceRequirements> Containers, ResourceRequirements? Whole)
{
    /// <summary>All that a pod asks for.</summary>
    public static PodAllocation Of(Pod pod) => Of(pod, one => one.Resources, pod.Spec.Resources);

    /// <summary>
    /// What a pod's status says was allocated to it, so that it outlasts the agent. Of limits the status has those that a container runs
    /// with: where others were allocated, they are allocated anew.
    /// </summary>
    public static PodAllocation Restored(Pod pod)
    {
        var statuses = pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses).ToList();
        return Of(
            pod,
            container => statuses.FirstOrDefault(one => one.Name == container.Name) is { Resources: { } actual } status
                ? container.Resources with { Requests = status.AllocatedResources, Limits = actual.Limits }
                : container.Resources,
            pod.Spec.Resources is { } whole && pod.Status.Resources is { } used ? whole with { Requests = pod.Status.AllocatedResources, Limits = used.Limits } : pod.Spec.Resources);
    }

    /// <summary>A pod as it is to be run and counted: with what is allocated in the place of what it asks for.</summary>
    public Pod ApplyTo(Pod pod)
    {
        var spec = pod.Spec with
        {
            Containers = pod.Spec.Containers.ConvertAll(Allocated),
            InitContainers = pod.Spec.InitContainers.ConvertAll(Allocated),
            Resources = Whole,
        };
        return spec == pod.Spec ? pod : pod with { Spec = spec };
    }

    private static PodAllocation Of(Pod pod, Func<Container, ResourceRequirements> resources, ResourceRequirements? whole) => new(
        pod.Spec.InitContainers.Where(one => one.RestartPolicy == ContainerRestartPolicy.Always).Concat(pod.Spec.Containers)
            .ToImmutableSortedDictionary(one => one.Name, resources, StringComparer.Ordinal),
        whole);

    private Container Allocated(Container container) =>
        Containers.TryGetValue(container.Name, out var resources) ? container with { Resources = resources } : container;
}

/// <summary>A resize that the node has not allocated; the condition PodResizePending of the pod.</summary>
/// <param name="Reason">Deferred or Infeasible.</param>
/// <param name="Generation">The pod's, when it was last looked at.</param>
/// <param name="Since">When it came to be for this reason.</param>
public sealed record PendingResize(string Reason, string Message, long Generation, DateTimeOffset Since);

/// <summary>What a pod's worker is told of what the pod asks for.</summary>
/// <param name="Pending">What is not allocated, if something is not.</param>
/// <param name="HasStarted">It was allocated just now, and the worker is to put it into effect.</param>
public sealed record ResizeDecision(PodAllocation Allocation, PendingResize? Pending, bool HasStarted);
