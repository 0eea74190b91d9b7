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
    private readonly LocalStorageMeter _meter = new(services);

    public async ValueTask LookAsync(IReadOnlyCollection<PodWorker> workers, CancellationToken stop)
    {
        var limited = workers.Where(one => LocalStorageLimits.AnyOf(one.Pod.Spec) && one.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed)).ToList();
        if (limited.Count == 0)
        {
            return;
        }

        var written = await _meter.WrittenAsync(stop);
        foreach (var worker in limited)
        {
            var use = await _meter.MeasureAsync(worker, StorageParts.All, DiskUnit.Bytes, written, stop);
            if (LocalStorageLimits.Exceeded(worker.Pod.Spec, use) is { } eviction)
            {
                worker.Terminate(eviction);
            }
        }
    }
}
