using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.Controllers.StorageProtection;

/// <summary>Lets go of a class of attributes that is being deleted when no claim and no volume names it any more.</summary>
internal sealed class AttributesClassProtectionReconciler : IDeclaredReconciler
{
    private readonly IApiClient _api;
    private readonly ObjectCache<VolumeAttributesClass> _classes;
    private readonly ObjectCache<PersistentVolumeClaim> _claims;
    private readonly ObjectCache<PersistentVolume> _volumes;
    private readonly CacheIndex<PersistentVolumeClaim> _claimsOf;
    private readonly CacheIndex<PersistentVolume> _volumesOf;

    public AttributesClassProtectionReconciler(IApiClient api, CacheSet caches)
    {
        _api = api;
        _classes = caches.Of<VolumeAttributesClass>();
        _claims = caches.Of<PersistentVolumeClaim>();
        _volumes = caches.Of<PersistentVolume>();
        _claimsOf = _claims.AddIndex(ClassesOf);
        _volumesOf = _volumes.AddIndex(ClassesOf);
    }

    public Controller Declare(Controller controller) => controller
        .Watches(_classes)
        .WokenBy(_claims, change => Left(change.Old is { } old ? ClassesOf(old) : []))
        .WokenBy(_volumes, change => Left(change.Old is { } old ? ClassesOf(old) : []));

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_classes.Find(key) is { } item
            && Finalizers.IsAwaited(item, StorageFinalizers.AttributesClass)
            && _claimsOf.Find(key.Name).Count == 0
            && _volumesOf.Find(key.Name).Count == 0)
        {
            await Finalizers.ReleaseAsync(_api, item, StorageFinalizers.AttributesClass, stop);
        }

        return ReconcileResult.Done;
    }

    private static IEnumerable<ObjectKey> Left(IEnumerable<string> names) => names.Select(name => new ObjectKey("", name));

    private static IEnumerable<string> ClassesOf(PersistentVolumeClaim claim) => Names(
        claim.Spec.VolumeAttributesClassName, claim.Status.CurrentVolumeAttributesClassName, claim.Status.ModifyVolumeStatus?.TargetVolumeAttributesClassName);

    private static IEnumerable<string> ClassesOf(PersistentVolume volume) => Names(volume.Spec.VolumeAttributesClassName);

    private static IEnumerable<string> Names(params IEnumerable<string?> names) => names.Where(name => !string.IsNullOrEmpty(name)).Select(name => name!).Distinct();
}
