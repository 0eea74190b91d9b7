using System.Collections.Concurrent;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.ApiServer.Quotas;

/// <summary>
/// What Kubernetes' ResourceQuota admission does: nothing is written that would take more of a namespace's quotas than there is. What is
/// taken is added up from the objects themselves as they are now, and from the writes that were let through and are not stored yet;
/// so a quota counts from when it is written, is never exceeded by those who write at the same time, and never keeps what nobody has.
/// </summary>
internal sealed class QuotaLedger(ObjectStorage storage, TimeProvider time)
{
    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();
    private static readonly Kind Claims = BuiltInKinds.Of<ResourceClaim>();

    private readonly LiveByNamespace<ResourceQuota> _quotas = new(new(storage));
    private readonly LiveView<DeviceClass, IReadOnlyDictionary<string, string>> _resources = new(new(storage), all => QuotaDevices.ResourcesOf(all.Values));
    private readonly ConcurrentDictionary<(string Namespace, Kind Kind), QuotaAccount> _accounts = new();
    private readonly Turns _turns = new();

    /// <summary>Sets aside what a write takes, until what is returned is disposed of; null if it takes nothing that is counted.</summary>
    /// <param name="item">The object as it would be stored.</param>
    /// <param name="old">The version that it replaces; null if it is new.</param>
    /// <exception cref="ApiError">Forbidden: there is not enough left, or it does not say how much it takes.</exception>
    public async ValueTask<IDisposable?> HoldAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (item is null || !IsCharged(request))
        {
            return null;
        }

        var (space, kind) = (request.Key.Namespace, request.Kind.Stored);
        var all = await _quotas.NowAsync(space, stop);
        if (all.Count == 0)
        {
            Forget(space, kind);
            return null;
        }

        var quotas = all.Where(quota => quota.Spec.Hard.Keys.Any(name => QuotaUsage.IsOf(kind, name)) && QuotaScopes.Count(quota.Spec, item)).ToList();
        foreach (var quota in quotas)
        {
            RequireStated(request, quota, item);
        }

        if (quotas.Count == 0 || (old is not null && QuotaUsage.IsAlike(kind, old, item, time.GetUtcNow())))
        {
            return null;
        }

        // Whoever asks for the same account at the same time sees what was set aside before; claims of devices have names in common with pods.
        using var turn = await _turns.TakeAsync($"{(kind == Claims ? Pods : kind).QualifiedResource}/{space}");
        var books = await OpenAsync(space, kind, item, quotas, stop);
        var charge = books.Charge(item, old, time.GetUtcNow());
        foreach (var quota in quotas)
        {
            RequireEnough(request, quota, books, charge);
        }

        return request.Options.DryRun || charge.Delta.IsEmpty ? null : Account(space, kind).Hold(charge);
    }

    /// <summary>What was known of a namespace that has no quotas any more. Mostly nothing was, and looking takes no lock.</summary>
    private void Forget(string space, Kind kind)
    {
        if (_accounts.ContainsKey((space, kind)))
        {
            _accounts.TryRemove((space, kind), out _);
            _accounts.TryRemove((space, kind == Pods ? Claims : kind), out _);
        }
    }

    private QuotaAccount Account(string space, Kind kind) => _accounts.GetOrAdd((space, kind), key => new(storage, key.Kind, key.Namespace));

    private async ValueTask<QuotaBooks> OpenAsync(string space, Kind kind, KubernetesObject item, IReadOnlyList<ResourceQuota> quotas, CancellationToken stop)
    {
        var isOfDevices = (kind == Claims || (kind == Pods && QuotaUsage.Of(kind, item, time.GetUtcNow()).Keys.Any(QuotaUsage.IsOfDevices)))
            && quotas.Any(quota => quota.Spec.Hard.Keys.Any(QuotaUsage.IsOfDevices));
        if (!isOfDevices)
        {
            return new(kind, await Account(space, kind).NowAsync(stop), null, null);
        }

        // In this order: a claim that was made for a pod is never seen before its pod.
        var claims = await Account(space, Claims).NowAsync(stop);
        var pods = await Account(space, Pods).NowAsync(stop);
        var devices = new QuotaDevices(await _resources.NowAsync(stop), key => (Pod?)pods.Stored.Find(key));
        return kind == Pods ? new(kind, pods, claims, devices) : new(kind, claims, pods, devices);
    }

    /// <summary>What is made, and what may take more once it is there: by another type, by another owner, by growing, by its own door.</summary>
    private static bool IsCharged(WriteRequest request) => QuotaUsage.IsCounted(request.Kind) && request switch
    {
        { Operation: WriteOperation.Create } => request.Subresource.Length == 0,
        { Operation: WriteOperation.Update, Subresource: "" } =>
            request.Kind.Stored == Claims || (request.Kind.Group.Length == 0 && request.Kind.Name is nameof(Service) or nameof(PersistentVolumeClaim)),
        { Operation: WriteOperation.Update, Subresource: "resize" } => true,
        _ => false,
    };

    /// <summary>Where processor or memory is counted, every container must say what it takes of it.</summary>
    private static void RequireStated(WriteRequest request, ResourceQuota quota, KubernetesObject item)
    {
        if (item is not Pod pod)
        {
            return;
        }

        var ofPod = Stated(pod.Spec.Resources);
        var missing = quota.Spec.Hard.Keys
            .Where(name => IsToBeStated(name) && !ofPod.Contains(name))
            .Select(name => (Name: name, Containers: pod.Spec.Containers.Concat(pod.Spec.InitContainers).Where(c => !Stated(c.Resources).Contains(name)).Select(c => c.Name)))
            .Where(one => one.Containers.Any())
            .Select(one => $"{one.Name} for: {string.Join(",", one.Containers.Order(StringComparer.Ordinal))}")
            .ToList();
        if (missing.Count > 0)
        {
            throw ApiErrors.Forbidden(
                request.Resource, item.Metadata.Name ?? "", $"failed quota: {quota.Metadata.Name}: must specify {string.Join("; ", missing)}");
        }
    }

    private static HashSet<string> Stated(ResourceRequirements? resources) =>
        resources is null ? [] : [.. QuotaUsage.Computing(resources.Requests, resources.Limits).Select(amount => amount.Key)];

    private static bool IsToBeStated(string name) => name is
        ResourceName.Cpu or ResourceName.Memory
        or ResourceName.Requestscpu or ResourceName.Requestsmemory
        or ResourceName.Limitscpu or ResourceName.Limitsmemory;

    private void RequireEnough(WriteRequest request, ResourceQuota quota, QuotaBooks books, QuotaCharge charge)
    {
        var now = time.GetUtcNow();
        var hard = quota.Spec.Hard;
        var requested = charge.Delta.Where(amount => hard.ContainsKey(amount.Key)).ToValueMap();
        if (requested.IsEmpty)
        {
            return;
        }

        var used = books.Used(quota, now);
        var exceeded = requested.Where(amount => used.Find(amount.Key) + amount.Value > hard[amount.Key]).Select(amount => amount.Key).ToList();
        if (exceeded.Count > 0)
        {
            throw ApiErrors.Forbidden(
                request.Resource,
                charge.Item.Metadata.Name ?? "",
                $"exceeded quota: {quota.Metadata.Name}, requested: {List(requested)}, used: {List(used)}, limited: {List(hard)}");
        }

        string List(ValueMap<Quantity> amounts) => string.Join(",", exceeded.Select(name => $"{name}={amounts.Find(name)}"));
    }
}
