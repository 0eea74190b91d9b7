using System.Runtime.CompilerServices;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Objects;

/// <summary>
/// What an object takes of its namespace's quotas: itself, by the name that any kind is counted under ("count/deployments.apps"), and
/// for some kinds more, by older names. What the API server allows and what a quota's status says are added up from this.
/// </summary>
public static class QuotaUsage
{
    private const string CountPrefix = "count/";
    private const string RequestsPrefix = "requests.";
    private const string OfStorageClass = ".storageclass.storage.k8s.io/";

    private const string OfDeviceClass = ".deviceclass.resource.k8s.io/devices";

    // Who asks for all devices may get as many as one claim can have.
    private const long DevicesMax = 32;

    private static readonly Quantity One = Quantity.FromUnits(1);

    // By instance, for as long as anybody holds it.
    private static readonly ConditionalWeakTable<KubernetesObject, StrongBox<ValueMap<Quantity>>> Known = new();

    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();
    private static readonly Kind Services = BuiltInKinds.Of<Service>();
    private static readonly Kind Claims = BuiltInKinds.Of<PersistentVolumeClaim>();

    private static readonly Kind ClaimsOfDevices = BuiltInKinds.Of<ResourceClaim>();

    // Kinds that were counted before any kind could be.
    private static readonly Dictionary<Kind, string> OlderNames = new()
    {
        [BuiltInKinds.Of<ConfigMap>()] = ResourceName.Configmaps,
        [BuiltInKinds.Of<ResourceQuota>()] = ResourceName.Resourcequotas,
        [BuiltInKinds.Of<ReplicationController>()] = ResourceName.Replicationcontrollers,
        [BuiltInKinds.Of<Secret>()] = ResourceName.Secrets,
    };

    /// <summary>Events come and go by themselves and are counted nowhere.</summary>
    public static bool IsCounted(Kind kind) => kind.Namespaced && kind.Resource != "events";

    /// <summary>Whether a quota on a resource is about objects of a kind.</summary>
    public static bool IsOf(Kind kind, string resource) =>
        resource.StartsWith(CountPrefix, StringComparison.Ordinal) ? resource.AsSpan(CountPrefix.Length).SequenceEqual(kind.QualifiedResource)
        : kind == Pods ? IsOfPods(resource)
        : kind == Services ? resource is ResourceName.Services or ResourceName.Servicesnodeports or ResourceName.Servicesloadbalancers
        : kind == Claims ? IsOfClaims(resource)
        : kind == ClaimsOfDevices ? ClassOf(resource) is not null || IsOfDevices(resource)
        : OlderNames.GetValueOrDefault(kind) == resource;

    /// <summary>Whether a quota on a resource is about devices however they are asked for: by pods as an extended resource, and by claims.</summary>
    public static bool IsOfDevices(string resource) =>
        resource.StartsWith(RequestsPrefix, StringComparison.Ordinal) && IsExtended(resource[RequestsPrefix.Length..]);

    /// <summary>Whether a version of an object counts just as the one before it.</summary>
    public static bool IsAlike(Kind kind, KubernetesObject old, KubernetesObject item, DateTimeOffset now) =>
        Of(kind, old, now) == Of(kind, item, now)
        && ((old, item) is not (ResourceClaim before, ResourceClaim after) || DeviceClaims.MadeFor(before) == DeviceClaims.MadeFor(after));

    /// <summary>Objects never change, and are asked about again and again: what one takes is found out once.</summary>
    public static ValueMap<Quantity> Of(Kind kind, KubernetesObject item, DateTimeOffset now) => ReleasedAt(item) is null
        ? Known.GetValue(item, one => new(Measure(kind, one, now))).Value
        : Measure(kind, item, now);

    private static ValueMap<Quantity> Measure(Kind kind, KubernetesObject item, DateTimeOffset now)
    {
        List<KeyValuePair<string, Quantity>> usage = [new(CountPrefix + kind.QualifiedResource, One)];
        switch (item)
        {
            case Pod pod:
                if (Takes(pod, now))
                {
                    usage.AddRange(Computing(PodRequests.Of(pod), PodLimits.Of(pod.Spec)));
                }

                break;
            case Service service:
                usage.AddRange(OfService(service.Spec));
                break;
            case PersistentVolumeClaim claim:
                usage.AddRange(OfClaim(claim));
                break;
            case ResourceClaim claim:
                usage.AddRange(OfDevices(claim));
                break;
            default:
                if (OlderNames.TryGetValue(kind, out var name))
                {
                    usage.Add(new(name, One));
                }

                break;
        }

        return new(usage);
    }

    /// <summary>As a quota calls what is asked for of a resource.</summary>
    internal static string RequestsOf(string resource) => RequestsPrefix + resource;

    /// <summary>The class of devices that a quota on a resource is about; null if it is about something else.</summary>
    internal static string? ClassOf(string resource) =>
        resource.EndsWith(OfDeviceClass, StringComparison.Ordinal) ? resource[..^OfDeviceClass.Length] : null;

    /// <summary>When a pod ends to take anything by the mere passing of time: should have been gone, and nobody can say that it is.</summary>
    public static DateTimeOffset? ReleasedAt(KubernetesObject item) =>
        item is Pod { Metadata: { DeletionTimestamp: { } deleted, DeletionGracePeriodSeconds: { } grace } } ? deleted.After(Spans.Seconds(grace)) : null;

    /// <summary>What is asked for and allowed, of a container or of a pod, by the names of quotas.</summary>
    public static IEnumerable<KeyValuePair<string, Quantity>> Computing(ValueMap<Quantity> requests, ValueMap<Quantity> limits)
    {
        yield return new(ResourceName.Pods, One);
        foreach (var (name, amount) in requests)
        {
            if (name is ResourceName.Cpu or ResourceName.Memory or ResourceName.Ephemeralstorage || ResourceName.IsHugePages(name))
            {
                yield return new(name, amount);
                yield return new(RequestsOf(name), amount);
            }
            else if (IsExtended(name))
            {
                yield return new(RequestsOf(name), amount);
            }
        }

        foreach (var (name, amount) in limits)
        {
            if (name is ResourceName.Cpu or ResourceName.Memory or ResourceName.Ephemeralstorage)
            {
                yield return new($"limits.{name}", amount);
            }
        }
    }

    /// <summary>What has ended, or should have, takes no part of what is there for pods.</summary>
    private static bool Takes(Pod pod, DateTimeOffset now) =>
        pod.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed) && !(ReleasedAt(pod) < now);

    private static bool IsOfPods(string resource) =>
        resource is ResourceName.Pods
            or ResourceName.Cpu or ResourceName.Memory or ResourceName.Ephemeralstorage
            or ResourceName.Requestscpu or ResourceName.Requestsmemory or ResourceName.Requestsephemeralstorage
            or ResourceName.Limitscpu or ResourceName.Limitsmemory or ResourceName.Limitsephemeralstorage
        || ResourceName.IsHugePages(resource)
        || resource.StartsWith("requests.hugepages-", StringComparison.Ordinal)
        || IsOfDevices(resource);

    /// <summary>Also by the name that a class of devices always has.</summary>
    private static bool IsExtended(string resource) =>
        ResourceName.IsExtended(resource) || resource.StartsWith(DeviceClaims.ExtendedPrefix, StringComparison.Ordinal);

    private static bool IsOfClaims(string resource) =>
        resource is ResourceName.Persistentvolumeclaims or ResourceName.Requestsstorage
        || resource.EndsWith(OfStorageClass + ResourceName.Persistentvolumeclaims, StringComparison.Ordinal)
        || resource.EndsWith(OfStorageClass + ResourceName.Requestsstorage, StringComparison.Ordinal);

    private static IEnumerable<KeyValuePair<string, Quantity>> OfService(ServiceSpec spec)
    {
        var isBalanced = spec.Type == ServiceType.LoadBalancer;
        var ports = spec.Type == ServiceType.NodePort || (isBalanced && spec.AllocateLoadBalancerNodePorts != false) ? spec.Ports.Count
            : isBalanced ? spec.Ports.Count(port => port.NodePort != 0)
            : 0;
        yield return new(ResourceName.Services, One);
        yield return new(ResourceName.Servicesnodeports, Quantity.FromUnits(ports));
        yield return new(ResourceName.Servicesloadbalancers, Quantity.FromUnits(isBalanced ? 1 : 0));
    }

    private static IEnumerable<KeyValuePair<string, Quantity>> OfClaim(PersistentVolumeClaim claim)
    {
        var name = claim.Metadata.Annotations.Find("volume.beta.kubernetes.io/storage-class") ?? claim.Spec.StorageClassName;
        yield return new(ResourceName.Persistentvolumeclaims, One);
        if (!string.IsNullOrEmpty(name))
        {
            yield return new(name + OfStorageClass + ResourceName.Persistentvolumeclaims, One);
        }

        if (claim.Spec.Resources.Requests.TryGetValue(ResourceName.Storage, out var asked))
        {
            // While a claim grows or has failed to, it may have more than it asks for now.
            var given = claim.Status.AllocatedResources.Find(ResourceName.Storage);
            var size = given > asked ? given : asked;
            yield return new(ResourceName.Requestsstorage, size);
            if (!string.IsNullOrEmpty(name))
            {
                yield return new(name + OfStorageClass + ResourceName.Requestsstorage, size);
            }
        }
    }

    /// <summary>Of a request with choices, each class counts by the choice that wants most of it: which one it will be is not known yet.</summary>
    private static IEnumerable<KeyValuePair<string, Quantity>> OfDevices(ResourceClaim claim) => claim.Spec.Devices.Requests
        .SelectMany(request => (request.Exactly is { } exactly ? [(exactly.DeviceClassName, exactly.AllocationMode, exactly.Count)] : Enumerable.Empty<(string Class, string? Mode, long Count)>())
            .Concat(request.FirstAvailable.Select(choice => (choice.DeviceClassName, choice.AllocationMode, choice.Count)))
            .GroupBy(one => one.Item1, one => one.Item2 == DeviceAllocationMode.All ? DevicesMax : one.Item3, StringComparer.Ordinal)
            .Select(one => (Class: one.Key, Count: one.Max())))
        .GroupBy(one => one.Class, one => one.Count, StringComparer.Ordinal)
        .Select(one => KeyValuePair.Create(one.Key + OfDeviceClass, Quantity.FromUnits(one.Sum())));
}
