using Coppice.Node.LocalStorage;
using Coppice.Node.Runtime;

namespace Coppice.Node.Pods;

/// <summary>What a pod's use of the disk is made of.</summary>
[Flags]
internal enum StorageParts
{
    Volumes = 1,
    Logs = 2,

    /// <summary>What containers wrote to their own files.</summary>
    Layers = 4,
    All = Volumes | Logs | Layers,
}

/// <summary>Measures what pods have on the node's disk.</summary>
internal sealed class LocalStorageMeter(PodServices services)
{
    private static readonly IReadOnlyDictionary<string, FilesUsage> Unknown = new Dictionary<string, FilesUsage>();

    /// <summary>What containers wrote to their own files, by their ids: asked for once for all pods.</summary>
    public async ValueTask<IReadOnlyDictionary<string, FilesUsage>> WrittenAsync(CancellationToken stop)
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

    /// <param name="written">By <see cref="WrittenAsync"/>.</param>
    public async ValueTask<LocalStorageUse> MeasureAsync(
        PodWorker worker, StorageParts parts, DiskUnit unit, IReadOnlyDictionary<string, FilesUsage> written, CancellationToken stop)
    {
        var containers = worker.View.Containers
            .GroupBy(one => one.Name, StringComparer.Ordinal)
            .ToDictionary(one => one.Key, one => one.Sum(Of), StringComparer.Ordinal);
        var volumes = parts.HasFlag(StorageParts.Volumes) ? await services.HostResources.VolumesInUseAsync(worker.Pod, unit, stop) : new Dictionary<string, long>();
        return new LocalStorageUse(volumes, containers);

        long Of(ContainerRecord record) => record.State != ContainerRunState.Running ? 0
            : (parts.HasFlag(StorageParts.Layers) ? written.GetValueOrDefault(record.Id).In(unit) : 0)
            + (parts.HasFlag(StorageParts.Logs) ? services.HostResources.LogsOf(record).In(unit) : 0);
    }
}
