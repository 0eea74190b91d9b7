using Coppice.Node.Containers;
using Coppice.Node.Volumes;
using Coppice.Objects.Core;

namespace Coppice.Node.Runtime.Simulated;

/// <summary>Volumes without files: what is missing in the cluster is missed as with the real ones.</summary>
public sealed class SimulatedVolumes(PodPaths paths) : IPodVolumes
{
    public async ValueTask<IReadOnlyDictionary<string, string>> PrepareAsync(Pod pod, PodVolumeSources sources, CancellationToken stop)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var content = new VolumeContent(pod, sources, _ => ValueTask.FromResult("simulated"));
        foreach (var volume in pod.Spec.Volumes)
        {
            try
            {
                await content.OfAsync(volume);
            }
            catch (ContainerConfigException missing)
            {
                throw new VolumeNotReadyException(volume.Name, missing.Message);
            }

            result[volume.Name] = paths.Volume(pod.Metadata.Uid ?? "", "simulated", volume.Name);
        }

        return result;
    }

    public async ValueTask RefreshAsync(Pod pod, PodVolumeSources sources, CancellationToken stop) => await PrepareAsync(pod, sources, stop);

    public ValueTask<IReadOnlyList<ContainerMount>> MountsAsync(Pod pod, Container container, MountInputs inputs, CancellationToken stop) =>
        ValueTask.FromResult(ContainerMounts.Plan(pod, container, inputs, paths));

    public ValueTask RemoveAsync(string podUid, CancellationToken stop) => ValueTask.CompletedTask;
}
