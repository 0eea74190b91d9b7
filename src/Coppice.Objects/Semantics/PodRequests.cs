using Coppice.Objects.Core;

namespace Coppice.Objects;

/// <summary>
/// What a pod needs of its node at its worst moment: what its containers need together, or its init containers one after the other, each
/// beside the sidecars that were started before it, if that is more. For scheduler and node alike.
/// </summary>
public static class PodRequests
{
    /// <summary>By what it asks for alone.</summary>
    public static ValueMap<Quantity> Of(PodSpec spec) => Sum(spec, container => container.Resources.Requests, spec.Resources?.Requests ?? default);

    /// <summary>
    /// What has to be set aside for it now. While it is resized it may still use what it had, and may soon use what it asks for: the most
    /// counts of what is asked for, allocated and in use. What the node can never give counts no more.
    /// </summary>
    /// <param name="unstated">What counts for a container that asks for nothing of a resource.</param>
    public static ValueMap<Quantity> Of(Pod pod, ValueMap<Quantity> unstated = default)
    {
        var isInfeasible = PodConditions.IsResizeInfeasible(pod);
        return Sum(
            pod.Spec,
            container =>
            {
                var requests = StatusOf(container, pod.Status) is { Resources: { } inUse } status
                    ? Most(isInfeasible ? default : container.Resources.Requests, inUse.Requests, status.AllocatedResources)
                    : container.Resources.Requests;
                return unstated.IsEmpty ? requests : unstated.With(requests);
            },
            pod.Spec.Resources is { Requests: var whole } && pod.Status.Resources is { } wholeInUse
                ? Most(isInfeasible ? default : whole, wholeInUse.Requests, pod.Status.AllocatedResources)
                : pod.Spec.Resources?.Requests ?? default);
    }

    /// <summary>Whether a resource can be asked for by the pod as a whole.</summary>
    public static bool IsOfPods(string resource) =>
        resource is ResourceName.Cpu or ResourceName.Memory || resource.StartsWith("hugepages-", StringComparison.Ordinal);

    /// <param name="whole">What is asked for the pod as a whole stands in the place of what its containers ask for.</param>
    private static ValueMap<Quantity> Sum(PodSpec spec, Func<Container, ValueMap<Quantity>> requestsOf, ValueMap<Quantity> whole) =>
        new ResourceSum().AddContainers(spec, requestsOf).Replace(whole.Where(amount => IsOfPods(amount.Key))).Add(spec.Overhead).ToValueMap();

    /// <summary>Of what runs side by side; an init container that ends cannot be resized.</summary>
    private static ContainerStatus? StatusOf(Container container, PodStatus status)
    {
        foreach (var known in status.ContainerStatuses)
        {
            if (known.Name == container.Name)
            {
                return known;
            }
        }

        foreach (var known in status.InitContainerStatuses)
        {
            if (known.Name == container.Name)
            {
                return container.RestartPolicy == ContainerRestartPolicy.Always ? known : null;
            }
        }

        return null;
    }

    private static ValueMap<Quantity> Most(params ReadOnlySpan<ValueMap<Quantity>> all)
    {
        var most = new ResourceSum();
        foreach (var amounts in all)
        {
            most.Raise(amounts);
        }

        return most.ToValueMap();
    }
}
