using Coppice.Node.Pods;
using Coppice.Node.Pressure;
using Coppice.Node.Runtime;
using Coppice.Objects.Core;

namespace Coppice.Node.Eviction;

/// <summary>Measures what pods use of something that the node is short of.</summary>
internal sealed class PodUseMeter(PodServices services)
{
    private static readonly IReadOnlyDictionary<string, long> NoContainers = new Dictionary<string, long>();

    private readonly LocalStorageMeter _storage = new(services);

    /// <param name="hasImageDisk">Images and what containers write to their own files are on another file system than the rest.</param>
    public async ValueTask<IReadOnlyList<PodUse>> MeasureAsync(IReadOnlyList<PodWorker> workers, EvictionSignal signal, bool hasImageDisk, CancellationToken stop)
    {
        if (signal.IsOfDisk)
        {
            return await StorageAsync(workers, PartsOf(signal, hasImageDisk), signal.IsOfInodes ? DiskUnit.Inodes : DiskUnit.Bytes, stop);
        }

        return [.. workers.Select(one => signal == EvictionSignal.Memory ? Memory(one) : Processes(one))];
    }

    private static StorageParts PartsOf(EvictionSignal signal, bool hasImageDisk) =>
        !hasImageDisk ? StorageParts.All
        : signal.IsOfImages ? StorageParts.Layers
        : StorageParts.Volumes | StorageParts.Logs;

    private async ValueTask<IReadOnlyList<PodUse>> StorageAsync(IReadOnlyList<PodWorker> workers, StorageParts parts, DiskUnit unit, CancellationToken stop)
    {
        var written = await _storage.WrittenAsync(stop);
        var uses = new List<PodUse>();
        foreach (var worker in workers)
        {
            var use = await _storage.MeasureAsync(worker, parts, unit, written, stop);
            uses.Add(new PodUse(AsItIs(worker), use.Volumes.Values.Sum() + use.Containers.Values.Sum(), use.Containers));
        }

        return uses;
    }

    private PodUse Memory(PodWorker worker) => new(
        AsItIs(worker),
        services.HostResources.MemoryInUse(worker.Pod, null) ?? 0,
        worker.View.Containers
            .Where(one => one.State == ContainerRunState.Running)
            .GroupBy(one => one.Name, StringComparer.Ordinal)
            .ToDictionary(one => one.Key, one => one.Sum(record => services.HostResources.MemoryInUse(worker.Pod, record) ?? 0), StringComparer.Ordinal));

    private PodUse Processes(PodWorker worker) => new(AsItIs(worker), services.HostResources.ProcessesOf(worker.Pod) ?? 0, NoContainers);

    // What was allocated to it is in its status.
    private static Pod AsItIs(PodWorker worker) => worker.Pod with { Status = worker.Status };
}
