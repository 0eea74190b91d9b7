using System.Collections.Concurrent;
using Coppice.Client;
using Coppice.Node.Host;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.Node.LocalVolumes;

/// <summary>Makes the volume of a claim that this node was chosen for; what cannot be made here may be made on another node.</summary>
internal sealed class ClaimProvisioner(
    IApiClient api, ObjectCache<PersistentVolumeClaim> claims, ObjectCache<StorageClass> classes, IEventRecorder events, LocalVolumeOptions options) : IReconciler
{
    // Whoever a container runs as may write, as in an emptyDir; nobody else gets as far as here.
    private const UnixFileMode Everybody = (UnixFileMode)0x1FF; // 0777

    // Those that failed once since this node was chosen for them.
    private readonly ConcurrentDictionary<ObjectKey, bool> _failed = new();

    // The volumes whose directory was made here, and which are not known to be written.
    private readonly ConcurrentDictionary<ObjectKey, string> _unwritten = new();

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (claims.Find(key) is not { } claim
            || classes.Find(new("", StorageClasses.NameFor(claim))) is not { } storageClass
            || !LocalVolumePlanner.Wants(claim, storageClass, options.Node))
        {
            _failed.TryRemove(key, out _);
            await TakeBackAsync(key, stop);
            return ReconcileResult.Done;
        }

        if (LocalVolumePlanner.Impossible(claim) is { } never)
        {
            events.Record(claim, "Warning", "ProvisioningFailed", never);
            return ReconcileResult.Done;
        }

        if (LocalVolumePlanner.Refusal(claim) is { } why)
        {
            TellFailed(claim, why);
            return ReconcileResult.Done;
        }

        events.Record(claim, "Normal", "Provisioning", $"External provisioner is provisioning volume for claim \"{key}\"");
        var volume = LocalVolumePlanner.Make(claim, storageClass, options);
        try
        {
            // The directory first: a volume that is there can be mounted.
            OwnFiles.EnsureDirectory(options.Root);
            _unwritten[key] = volume.Metadata.Name!;
            OwnFiles.MakeDirectory(volume.Spec.Local!.Path, Everybody);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TellFailed(claim, e.Message);
            await GiveBackAsync(claim, stop);
            throw;
        }

        if (await api.CreateIfAbsentAsync(volume, stop))
        {
            _unwritten.TryRemove(key, out _);
            events.Record(claim, "Normal", "ProvisioningSucceeded", $"Successfully provisioned volume {volume.Metadata.Name}");
        }

        await TakeBackAsync(key, stop);
        return ReconcileResult.Done;
    }

    /// <summary>Removes the directory that was made for a claim which then got its volume on another node, or went.</summary>
    private async ValueTask TakeBackAsync(ObjectKey key, CancellationToken stop)
    {
        if (!_unwritten.TryGetValue(key, out var name))
        {
            return;
        }

        var volume = await api.FindAsync<PersistentVolume>(new("", name), stop);
        if (volume is null && claims.Find(key) is { } claim && LocalVolumePlanner.NameFor(claim) == name)
        {
            return;
        }

        if (volume is null || !LocalVolumePlanner.IsOurs(volume, options))
        {
            DirectoryRemoval.RemoveEmpty(LocalVolumePlanner.PathOf(name, options));
        }

        _unwritten.TryRemove(key, out _);
    }

    /// <summary>
    /// The scheduler is to choose a node anew, which may be this one again: so only after the pause that follows upon a failure, which grows.
    /// </summary>
    private async ValueTask GiveBackAsync(PersistentVolumeClaim claim, CancellationToken stop)
    {
        var key = ObjectKey.Of(claim);
        if (!_failed.TryAdd(key, true) && claim.Metadata.Annotations.ContainsKey(VolumeBinding.SelectedNode))
        {
            _failed.TryRemove(key, out _);
            await api.UpdateAsync(VolumeBinding.WithoutNode(claim), stop);
        }
    }

    private void TellFailed(PersistentVolumeClaim claim, string why) =>
        events.Record(claim, "Warning", "ProvisioningFailed", $"failed to provision volume with StorageClass \"{StorageClasses.NameFor(claim)}\": {why}");
}
