using System.Collections.Frozen;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Objects;

/// <summary>
/// What claims of devices take of quotas by the names of extended resources, beside pods that ask for such: each device by the name that
/// its class always has, and by that of the resource that the class stands for. Of a claim that was made for a pod's extended resources
/// only what the pod does not take itself, so that no device is counted twice under one name.
/// </summary>
/// <param name="resources">The extended resource of each class that stands for one, as of <see cref="ResourcesOf"/>.</param>
/// <param name="findPod">The pod of that name; null if there is none.</param>
public sealed class QuotaDevices(IReadOnlyDictionary<string, string> resources, Func<ObjectKey, Pod?> findPod)
{
    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();
    private static readonly Kind Claims = BuiltInKinds.Of<ResourceClaim>();

    /// <summary>Which class stands for which extended resource.</summary>
    public static IReadOnlyDictionary<string, string> ResourcesOf(IEnumerable<DeviceClass> classes) => classes
        .Where(one => !string.IsNullOrEmpty(one.Spec.ExtendedResourceName))
        .ToFrozenDictionary(one => one.Metadata.Name!, one => one.Spec.ExtendedResourceName!, StringComparer.Ordinal);

    /// <param name="usage">What claims take by the names of classes, together.</param>
    /// <param name="made">Those of them that were made for pods' extended resources.</param>
    public ValueMap<Quantity> Of(IEnumerable<KeyValuePair<string, Quantity>> usage, IEnumerable<ResourceClaim> made, DateTimeOffset now)
    {
        var all = ByResource(usage).ToDictionary(StringComparer.Ordinal);
        foreach (var claims in made.GroupBy(DeviceClaims.MadeFor))
        {
            if (claims.Key is not { } owner || findPod(owner.Pod) is not { } pod || pod.Metadata.Uid != owner.Uid)
            {
                continue;
            }

            var counted = QuotaUsage.Of(Pods, pod, now);
            foreach (var (name, amount) in ByResource(claims.SelectMany(claim => QuotaUsage.Of(Claims, claim, now))))
            {
                var ofPod = counted.Find(name);
                all[name] -= ofPod < amount ? ofPod : amount;
            }
        }

        return all.ToValueMap();
    }

    private ValueMap<Quantity> ByResource(IEnumerable<KeyValuePair<string, Quantity>> usage)
    {
        var sum = new ResourceSum();
        foreach (var (name, amount) in usage)
        {
            if (QuotaUsage.ClassOf(name) is not { } of)
            {
                continue;
            }

            sum.Add([new(QuotaUsage.RequestsOf(DeviceClaims.ExtendedPrefix + of), amount)]);
            if (resources.TryGetValue(of, out var resource))
            {
                sum.Add([new(QuotaUsage.RequestsOf(resource), amount)]);
            }
        }

        return sum.ToValueMap();
    }
}
