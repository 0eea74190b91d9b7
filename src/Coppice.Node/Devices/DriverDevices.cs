using System.Collections.Immutable;
using Coppice.Node.Devices.Cdi;
using Coppice.Node.Devices.Wire;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Node.Devices;

/// <summary>The devices of pods on this machine, by the drivers that have registered themselves.</summary>
/// <param name="find">Looks up a claim; null where there is none of that name.</param>
internal sealed class DriverDevices(DriverRegistry drivers, PreparedClaims prepared, CdiSpecs specs, DeviceFigures figures, Func<ObjectKey, CancellationToken, ValueTask<ResourceClaim?>> find) : IPodDevices
{
    public ValueTask PrepareAsync(Pod pod, CancellationToken stop) =>
        DeviceClaims.HasAny(pod) ? figures.MeasureAsync("PrepareResources", () => PrepareAllAsync(pod, stop)) : ValueTask.CompletedTask;

    public ValueTask UnprepareAsync(Pod pod, CancellationToken stop) =>
        prepared.Of(pod.Metadata.Uid ?? "") is { Count: > 0 } claims
            ? figures.MeasureAsync("UnprepareResources", () => UnprepareAllAsync(pod.Metadata.Uid ?? "", claims, stop))
            : ValueTask.CompletedTask;

    private async ValueTask PrepareAllAsync(Pod pod, CancellationToken stop)
    {
        // All of them are looked at before the first is noted: a pod that fails here leaves nothing to let go of.
        List<(ResourceClaim Claim, IReadOnlyList<DeviceDriver> Drivers)> wanted = [];
        var keys = pod.Spec.ResourceClaims.Select(entry => (Key: KeyOf(pod, entry), DeviceClaims.NameOf(pod, entry).IsGenerated))
            .Append((DeviceClaims.OfExtended(pod), true));
        foreach (var (key, isGenerated) in keys)
        {
            if (key is { } known)
            {
                var claim = await ClaimAsync(pod, known, isGenerated, stop);
                wanted.Add((claim, [.. DriversOf(claim).Select(drivers.Require)]));
            }
        }

        foreach (var (claim, _) in wanted)
        {
            Note(pod, claim);
        }

        var batches = wanted
            .Where(one => prepared.Find(ObjectKey.Of(one.Claim)) is not { IsReady: true })
            .SelectMany(one => one.Drivers.Select(driver => (Driver: driver, one.Claim)))
            .GroupBy(one => one.Driver, one => one.Claim);
        foreach (var batch in batches)
        {
            await PrepareAsync(batch.Key, [.. batch.DistinctBy(claim => claim.Metadata.Uid)], stop);
        }

        foreach (var (claim, _) in wanted)
        {
            prepared.Change(ObjectKey.Of(claim), known => known is { IsReady: false } ? known with { IsReady = true } : known);
        }
    }

    public ContainerEdits EditsOf(Pod pod, Container container)
    {
        var names =
            from named in container.Resources?.Claims ?? default
            from entry in pod.Spec.ResourceClaims
            where entry.Name == named.Name
            let key = KeyOf(pod, entry)
            where key is not null
            from name in Prepared(key.Value).NamesFor(named.Request ?? "")
            select name;
        var extended =
            from mapping in pod.Status.ExtendedResourceClaimStatus?.RequestMappings ?? default
            where mapping.ContainerName == container.Name
            from name in Prepared(DeviceClaims.OfExtended(pod)!.Value).NamesFor(mapping.RequestName)
            select name;
        return specs.Resolve([.. names.Concat(extended).Distinct(StringComparer.Ordinal)]);
    }

    private async ValueTask UnprepareAllAsync(string uid, IReadOnlyList<PreparedClaim> claims, CancellationToken stop)
    {
        var batches = claims
            .Where(claim => claim.Pods.Count == 1)
            .SelectMany(claim => claim.Drivers.Keys.Select(driver => (Driver: driver, Claim: new Claim { Namespace = claim.Namespace, Name = claim.Name, Uid = claim.Uid })))
            .GroupBy(one => one.Driver, one => one.Claim, StringComparer.Ordinal);
        foreach (var batch in batches)
        {
            await drivers.Require(batch.Key).UnprepareAsync([.. batch], stop);
        }

        foreach (var claim in claims)
        {
            prepared.Change(new(claim.Namespace, claim.Name), known =>
                known is null || !known.Pods.Contains(uid) ? known : known.Pods.Count == 1 ? null : known with { Pods = known.Pods.Remove(uid) });
        }
    }

    private PreparedClaim Prepared(ObjectKey key) => prepared.Find(key)
        ?? throw new UnresolvableDevicesException($"unable to get claim info for ResourceClaim {key.Name} in namespace {key.Namespace}");

    private async ValueTask<ResourceClaim> ClaimAsync(Pod pod, ObjectKey key, bool isGenerated, CancellationToken stop)
    {
        if (await find(key, stop) is not { } claim)
        {
            throw new DevicesNotReadyException($"fetch ResourceClaim {key.Name}: resourceclaims.resource.k8s.io \"{key.Name}\" not found");
        }

        if (isGenerated && DeviceClaims.Problem(pod, claim) is { } problem)
        {
            throw new DevicesNotReadyException(problem);
        }

        return DeviceClaims.IsReservedFor(pod, claim) && claim.Status.Allocation is not null
            ? claim
            : throw new DevicesNotReadyException($"pod {pod.Metadata.Name} ({pod.Metadata.Uid}) is not allowed to use ResourceClaim {key.Name} ({claim.Metadata.Uid})");
    }

    /// <summary>The pod's name is on it before any driver is asked.</summary>
    private void Note(Pod pod, ResourceClaim claim) => prepared.Change(ObjectKey.Of(claim), known => known switch
    {
        null => new(
            claim.Metadata.Namespace ?? "", claim.Metadata.Name!, claim.Metadata.Uid!, [pod.Metadata.Uid!],
            DriversOf(claim).ToImmutableSortedDictionary(driver => driver, _ => ImmutableArray<PreparedDevice>.Empty, StringComparer.Ordinal), IsReady: false),
        _ when known.Uid != claim.Metadata.Uid => throw new DevicesNotReadyException(
            $"old ResourceClaim with same name {claim.Metadata.Name} and different UID {known.Uid} still exists (previous pod force-deleted?!)"),
        _ when known.Pods.Contains(pod.Metadata.Uid!) => known,
        _ => known with { Pods = known.Pods.Add(pod.Metadata.Uid!) },
    });

    private async ValueTask PrepareAsync(DeviceDriver driver, IReadOnlyList<ResourceClaim> claims, CancellationToken stop)
    {
        var answer = await driver.PrepareAsync([.. claims.Select(claim => new Claim { Namespace = claim.Metadata.Namespace, Name = claim.Metadata.Name, Uid = claim.Metadata.Uid })], stop);
        foreach (var claim in claims)
        {
            var devices = answer[claim.Metadata.Uid!].Devices.Select(one => new PreparedDevice([.. one.RequestNames], one.PoolName, one.DeviceName, [.. one.CdiDeviceIds])).ToImmutableArray();
            prepared.Change(ObjectKey.Of(claim), known => known is null ? null : known with { Drivers = known.Drivers.SetItem(driver.Name, devices) });
        }
    }

    /// <returns>Null where no claim was needed.</returns>
    private static ObjectKey? KeyOf(Pod pod, PodResourceClaim entry)
    {
        var name = DeviceClaims.NameOf(pod, entry);
        return name.IsAwaited ? throw new DevicesNotReadyException($"pod \"{ObjectKey.Of(pod)}\": ResourceClaim not created yet") : name.Key;
    }

    private static IEnumerable<string> DriversOf(ResourceClaim claim) => (claim.Status.Allocation?.Devices.Results ?? default).Select(one => one.Driver).Distinct(StringComparer.Ordinal);
}
