using System.Globalization;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Scheduler;

/// <summary>What one container asks for of an extended resource that a class of devices stands for.</summary>
/// <param name="Request">As the request for it is called in the claim.</param>
internal sealed record ExtendedWish(string Container, string Resource, string Request, DeviceClass Class, long Count);

/// <summary>
/// A pod that asks for an extended resource may get devices of the class with that name, by a claim that is made for it with its node
/// (KEP-5004). A node that has the resource itself, by a device plugin, gives it as ever.
/// </summary>
internal static class ExtendedResources
{
    // No claim can be called so.
    private const string PlannedPrefix = "<extended-resources>";

    /// <param name="classOf">The class that stands for a resource; null for none.</param>
    public static IReadOnlyList<ExtendedWish> Of(Pod pod, Func<string, DeviceClass?> classOf)
    {
        List<ExtendedWish> wishes = [];
        foreach (var (index, container) in pod.Spec.InitContainers.Concat(pod.Spec.Containers).Index())
        {
            foreach (var (number, (resource, amount)) in (container.Resources?.Requests ?? default).Where(one => !ResourceName.IsStandard(one.Key)).Index())
            {
                if (amount.Value > 0 && classOf(resource) is { } found)
                {
                    wishes.Add(new(container.Name, resource, string.Create(CultureInfo.InvariantCulture, $"container-{index}-request-{number}"), found, amount.Value));
                }
            }
        }

        return wishes;
    }

    /// <summary>What the node does not have itself.</summary>
    public static IReadOnlyList<ExtendedWish> On(Node node, IReadOnlyList<ExtendedWish> wishes) =>
        [.. wishes.Where(wish => !node.Status.Allocatable.ContainsKey(wish.Resource))];

    /// <summary>The claim for them as it is planned, which has a name of its own only when it is made.</summary>
    public static ResourceClaim Plan(Pod pod, IReadOnlyList<ExtendedWish> wishes) => new()
    {
        Metadata = new()
        {
            Namespace = pod.Metadata.Namespace,
            Name = PlannedKeyOf(pod).Name,
            GenerateName = $"{pod.Metadata.Name}-extended-resources-",
            Annotations = ValueMap.Of((DeviceClaims.ExtendedAnnotation, "true")),
            Finalizers = [DeviceClaims.Finalizer],
            OwnerReferences = [ControllerRef.To(pod)],
        },
        Spec = new()
        {
            Devices = new()
            {
                Requests =
                [
                    .. wishes.Select(wish => new DeviceRequest
                    {
                        Name = wish.Request,
                        Exactly = new() { DeviceClassName = wish.Class.Metadata.Name!, AllocationMode = DeviceAllocationMode.ExactCount, Count = wish.Count },
                    }),
                ],
            },
        },
    };

    /// <summary>What the claim for a pod is called before it is made.</summary>
    public static ObjectKey PlannedKeyOf(Pod pod) => new(pod.Metadata.Namespace ?? "", PlannedPrefix + pod.Metadata.Uid);

    /// <summary>What such a claim was planned as; null for every other claim.</summary>
    public static ObjectKey? PlannedKeyOf(ResourceClaim claim) =>
        claim.Metadata.Annotations.ContainsKey(DeviceClaims.ExtendedAnnotation) && ControllerRef.Of(claim) is { } owner
            ? new(claim.Metadata.Namespace ?? "", PlannedPrefix + owner.Uid)
            : null;

    /// <summary>What the pod's status says of it.</summary>
    public static PodExtendedResourceClaimStatus StatusOf(ResourceClaim made, IReadOnlyList<ExtendedWish> wishes) => new()
    {
        ResourceClaimName = made.Metadata.Name!,
        RequestMappings = wishes.Select(wish => new ContainerExtendedResourceRequest
        {
            ContainerName = wish.Container,
            ResourceName = wish.Resource,
            RequestName = wish.Request,
        }).ToValueList(),
    };
}
