using Coppice.Node.LocalStorage;
using Coppice.Node.Runtime;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>
/// Looks now and then at what pods with limits have on the node's disk, and evicts those that have more. Pods without limits are not
/// measured.
/// </summary>
internal sealed class LocalStorageUpkeep(PodServices services)
{
    private static readonly IReadOnlyDictionary<string, FilesUsage> Unknown = new Dictionary<string, FilesUsage>();

    public async ValueTask LookAsync(IReadOnlyCollection<PodWorker> workers, CancellationToken stop)
    {
        var limited = workers.Where(one => LocalStorageLimits.AnyOf(one.Pod.Spec) && one.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed)).ToList();
        if (limited.Count == 0)
        {
            return;
        }

        var written = await WrittenAsync(stop);
        foreach (var worker in limited)
        {
            var containers = worker.View.Containers
                .GroupBy(one => one.Name, StringComparer.Ordinal)
                .ToDictionary(one => one.Key, one => one.Sum(record => BytesOf(record, written)), StringComparer.Ordinal);
            var use = new LocalStorageUse(await services.HostResources.VolumesInUseAsync(worker.Pod, stop), containers);
            if (LocalStorageLimits.Exceeded(worker.Pod.Spec, use) is { } eviction)
            {
                worker.Terminate(eviction);
            }
        }
    }

    private long BytesOf(ContainerRecord record, IReadOnlyDictionary<string, FilesUsage> written) =>
        record.State == ContainerRunState.Running ? written.GetValueOrDefault(record.Id).Bytes + services.HostResources.LogBytes(record) : 0;

    private async ValueTask<IReadOnlyDictionary<string, FilesUsage>> WrittenAsync(CancellationToken stop)
    {
        try
        {
            return await services.Written(stop);
        }
        catch (Exception away) when (away is RuntimeException or TimeoutException)
        {
            // Volumes and logs are measured all the same, and the next look comes.
            return Unknown;
        }
    }
}
