using Coppice.Node.Runtime;

namespace Coppice.Node;

/// <summary>What is left on the machine of pods that neither the API nor the runtime knows: removed with every audit, the first at the start.</summary>
public sealed partial class NodeAgent
{
    private readonly SortedDictionary<string, string> _whyOrphanStays = new(StringComparer.Ordinal);
    private Task _sweeping = Task.CompletedTask;

    // What stands in the way of looking must not keep the runtime from being looked at.
    private async ValueTask<IReadOnlyList<PodIdentity>> FindOrphansAsync(CancellationToken stop)
    {
        try
        {
            return await orphans.FindAsync(stop);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            LogOrphansUnknown(services.Log, failed.Message);
            return [];
        }
    }

    /// <param name="found">As it was before the runtime was asked: what came since has a worker, or is left for the next audit.</param>
    private void Sweep(IReadOnlyList<PodIdentity> found, CancellationToken stop)
    {
        if (!_sweeping.IsCompleted)
        {
            return;
        }

        var known = _pods.Items.Select(one => one.Metadata.Uid ?? "").Concat(_workers.Keys).ToHashSet(StringComparer.Ordinal);
        var unknown = found.Where(one => !known.Contains(one.Uid)).ToList();
        if (unknown.Count > 0)
        {
            _sweeping = SweepAsync(unknown, stop);
        }
    }

    private async Task SweepAsync(IReadOnlyList<PodIdentity> unknown, CancellationToken stop)
    {
        foreach (var pod in unknown)
        {
            try
            {
                await orphans.RemoveAsync(pod, stop);
                _whyOrphanStays.Remove(pod.Uid);
                LogOrphanRemoved(pod);
            }
            catch (Exception failed) when (!stop.IsCancellationRequested)
            {
                // Said once; it is tried again with every audit.
                if (_whyOrphanStays.GetValueOrDefault(pod.Uid) != failed.Message)
                {
                    LogOrphanStays(pod, failed.Message);
                }

                _whyOrphanStays[pod.Uid] = failed.Message;
            }
        }
    }
}
