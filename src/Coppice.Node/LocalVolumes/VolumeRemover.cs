using Coppice.Client;
using Coppice.Node.Host;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.LocalVolumes;

/// <summary>Takes a volume of this node away with all that is on it, when its claim is gone and it is not to be kept.</summary>
internal sealed class VolumeRemover(IApiClient api, ObjectCache<PersistentVolume> volumes, LocalVolumeOptions options) : IReconciler
{
    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (volumes.Find(key) is not { } volume)
        {
            return ReconcileResult.Done;
        }

        switch (LocalVolumePlanner.EndOf(volume, options))
        {
            case VolumeEnd.Delete:
                await api.DeleteAsync<PersistentVolume>(key, new() { Preconditions = new() { Uid = volume.Metadata.Uid } }, stop);
                break;
            case VolumeEnd.Remove:
                Remove(LocalVolumePlanner.PathOf(key.Name, options));
                await LetGoAsync(volume, stop);
                break;
            case VolumeEnd.Leave:
                await LetGoAsync(volume, stop);
                break;
        }

        return ReconcileResult.Done;
    }

    private static void Remove(string directory)
    {
        if (Directory.Exists(directory))
        {
            DirectoryRemoval.Remove(directory);
        }
    }

    private async ValueTask LetGoAsync(PersistentVolume volume, CancellationToken stop)
    {
        var others = volume.Metadata.Finalizers.Where(one => one != LocalVolumePlanner.Finalizer).ToValueList();
        if (others != volume.Metadata.Finalizers)
        {
            await api.UpdateAsync(volume with { Metadata = volume.Metadata with { Finalizers = others } }, stop);
        }
    }
}
