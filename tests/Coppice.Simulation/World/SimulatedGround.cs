using Coppice.Node.Leftovers;
using Coppice.Node.Pods;
using Coppice.Node.Runtime;
using Coppice.Objects.Core;

namespace Coppice.Simulation.World;

/// <summary>The ground of a simulated machine's pods: no files, but a note of what was made and not yet cleared away.</summary>
internal sealed class SimulatedGround : IPodGround, IPodLeftovers
{
    private readonly SortedSet<string> _prepared = new(StringComparer.Ordinal);

    /// <summary>The uids of the pods that have anything here.</summary>
    public IReadOnlyCollection<string> Prepared => _prepared;

    public void Weigh(IReadOnlyCollection<Pod> active)
    {
    }

    public ValueTask PrepareSandboxAsync(Pod pod, CancellationToken stop)
    {
        _prepared.Add(pod.Metadata.Uid!);
        return ValueTask.CompletedTask;
    }

    public ValueTask PrepareVolumesAsync(Pod pod, CancellationToken stop) => PrepareSandboxAsync(pod, stop);

    public ValueTask RefreshVolumesAsync(Pod pod, CancellationToken stop) => ValueTask.CompletedTask;

    public ValueTask<IReadOnlyList<ContainerMount>> MountsAsync(Pod pod, Container container, GroundInputs inputs, CancellationToken stop) =>
        ValueTask.FromResult<IReadOnlyList<ContainerMount>>([]);

    public ValueTask<string?> ReadLastWordsAsync(Pod pod, Container container, ContainerRecord ended, CancellationToken stop) =>
        ValueTask.FromResult<string?>(null);

    public ValueTask RemoveAsync(Pod pod, CancellationToken stop)
    {
        _prepared.Remove(pod.Metadata.Uid!);
        return ValueTask.CompletedTask;
    }

    public ValueTask RemoveLogsAsync(Pod pod, CancellationToken stop) => ValueTask.CompletedTask;

    public ValueTask<IReadOnlyList<PodIdentity>> FindAsync(CancellationToken stop) =>
        ValueTask.FromResult<IReadOnlyList<PodIdentity>>([.. _prepared.Select(uid => new PodIdentity("", "", uid))]);

    public ValueTask RemoveAsync(PodIdentity pod, CancellationToken stop)
    {
        _prepared.Remove(pod.Uid);
        return ValueTask.CompletedTask;
    }
}
