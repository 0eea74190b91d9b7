using Coppice.Client;
using Coppice.Node.Containers;
using Coppice.Node.Host;
using Coppice.Node.Runtime;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>Volumes as directories of this machine. What each kind of volume is there, its plug-in knows (<see cref="VolumePlugins"/>).</summary>
/// <param name="images">For volumes of images; null on a node that has none.</param>
public sealed class PodVolumes(PodPaths paths, TimeProvider time, ImageFiles? images = null) : IPodVolumes
{
    private readonly PodTokens _tokens = new(time);

    // By the pods' uids. One at a time at a pod's files: what was read of an object first must not be written last, and what is removed
    // must not be made again.
    private readonly Turns _turns = new();

    public ValueTask<IReadOnlyDictionary<string, string>> PrepareAsync(Pod pod, PodVolumeSources sources, CancellationToken stop) =>
        _turns.InTurnAsync(Uid(pod), () => PrepareInTurnAsync(pod, sources, stop));

    public async ValueTask RefreshAsync(Pod pod, PodVolumeSources sources, CancellationToken stop)
    {
        // A pod that has nothing here gets nothing, not even a turn: it may be gone for good.
        if (Directory.Exists(paths.Pod(Uid(pod))))
        {
            await _turns.InTurnAsync(Uid(pod), () => RefreshInTurnAsync(pod, sources, stop));
        }
    }

    public ValueTask<PreparedMounts> MountsAsync(Pod pod, Container container, MountInputs inputs, CancellationToken stop) =>
        _turns.InTurnAsync(Uid(pod), () => ValueTask.FromResult(MakeMounts(pod, container, inputs)));

    public async ValueTask RemoveAsync(string podUid, CancellationToken stop) =>
        await _turns.InTurnAsync(podUid, () => RemoveInTurnAsync(podUid, stop));

    private async ValueTask<IReadOnlyDictionary<string, string>> PrepareInTurnAsync(Pod pod, PodVolumeSources sources, CancellationToken stop)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        // Given up while it waited for its turn: the pod may have been removed meanwhile.
        stop.ThrowIfCancellationRequested();
        OwnFiles.MakePrivateDirectory(paths.Pod(Uid(pod)));
        foreach (var volume in pod.Spec.Volumes)
        {
            result[volume.Name] = await PrepareOneAsync(pod, volume, sources, stop);
        }

        return result;
    }

    // All volumes get their chance; the first failure is told.
    private async ValueTask<bool> RefreshInTurnAsync(Pod pod, PodVolumeSources sources, CancellationToken stop)
    {
        VolumeNotReadyException? first = null;
        foreach (var volume in pod.Spec.Volumes)
        {
            if (VolumePlugins.Find(volume) is not { IsFollowed: true } plugin || !Directory.Exists(DirectoryOf(pod, volume, plugin)))
            {
                continue;
            }

            try
            {
                await PrepareOneAsync(pod, volume, sources, stop);
            }
            catch (VolumeNotReadyException failed)
            {
                first ??= failed;
            }
        }

        return first is null ? true : throw first;
    }

    private PreparedMounts MakeMounts(Pod pod, Container container, MountInputs inputs)
    {
        var mounts = ContainerMounts.Plan(pod, container, inputs, paths);
        ContainerFiles.Make(pod, container, inputs, paths);
        var shown = new List<string>();
        var prepared = new PreparedMounts(mounts, () => shown.ForEach(SubPaths.Hide));
        try
        {
            foreach (var (index, mount) in container.VolumeMounts.Index())
            {
                if (ContainerMounts.SubPath(mount, inputs) is { Length: > 0 } inside)
                {
                    SubPaths.Show(inputs.Volumes[mount.Name], inside, paths.SubPath(Uid(pod), container.Name, index), (mount.Name, container.Name));
                    shown.Add(paths.SubPath(Uid(pod), container.Name, index));
                }
            }

            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private async ValueTask<bool> RemoveInTurnAsync(string podUid, CancellationToken stop)
    {
        _tokens.Forget(podUid);
        var directory = paths.Pod(podUid);
        if (!Directory.Exists(directory))
        {
            return false;
        }
        // The innermost first; what cannot be unmounted must not be deleted through.
        foreach (var mount in MountTable.Read().Where(one => one.MountPoint.StartsWith(directory + "/", StringComparison.Ordinal)).Reverse())
        {
            LinuxCalls.Unmount(mount.MountPoint);
        }

        // By their directories, which are what is left to know them by.
        var shown = paths.Volume(podUid, ImageVolume.Name, "");
        foreach (var volume in images is not null && Directory.Exists(shown) ? Directory.GetDirectories(shown) : [])
        {
            await images!.Forget(ImageVolume.KeyOf(podUid, Path.GetFileName(volume)), stop);
        }

        DirectoryRemoval.Remove(directory);
        return true;
    }

    private async ValueTask<string> PrepareOneAsync(Pod pod, Volume volume, PodVolumeSources sources, CancellationToken stop)
    {
        try
        {
            var plugin = VolumePlugins.Of(volume);
            return await plugin.PrepareAsync(new VolumeSetup(pod, volume, DirectoryOf(pod, volume, plugin), sources, _tokens, time, images), stop);
        }
        catch (Exception failed) when (failed is ContainerConfigException or IOException or UnauthorizedAccessException or ApiException or RuntimeException)
        {
            throw new VolumeNotReadyException(volume.Name, failed.Message);
        }
    }

    private string DirectoryOf(Pod pod, Volume volume, IVolumePlugin plugin) => paths.Volume(Uid(pod), plugin.DirectoryName, volume.Name);

    private static string Uid(Pod pod) => pod.Metadata.Uid ?? "";
}
