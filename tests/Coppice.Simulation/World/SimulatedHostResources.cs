using Coppice.Node.Orphans;
using Coppice.Node.Pods;
using Coppice.Node.Runtime;
using Coppice.Node.Volumes;
using Coppice.Objects.Core;

namespace Coppice.Simulation.World;

/// <summary>What a simulated machine's pods get from their host: no files, but a note of what was made and not yet cleared away.</summary>
/// <param name="time">By which a volume takes its time.</param>
/// <param name="useClaims">A pod comes to the volumes of its claims.</param>
internal sealed class SimulatedHostResources(TimeProvider time, Func<Pod, CancellationToken, ValueTask> useClaims) : IHostResources, IOrphanedPods
{
    private readonly SortedSet<string> _prepared = new(StringComparer.Ordinal);

    /// <summary>The uids of the pods that have anything here.</summary>
    public IReadOnlyCollection<string> Prepared => _prepared;

    /// <summary>While true, no volume can be made, and none let go of.</summary>
    public bool IsBroken { get; set; }

    /// <summary>How long a volume is in the making.</summary>
    public TimeSpan VolumesTake { get; set; }

    public string? VolumeText(Pod pod, string volume, string path) => null;

    public ValueTask<IReadOnlyDictionary<string, long>> VolumesInUseAsync(Pod pod, DiskUnit unit, CancellationToken stop) => new(new Dictionary<string, long>());

    public FilesUsage LogsOf(ContainerRecord container) => default;

    public long? MemoryInUse(Pod pod, ContainerRecord? running) => null;

    public long? ProcessesOf(Pod pod) => null;

    public bool IsStopped(Pod pod, ContainerRecord running) => false;

    public void UpdateQosCgroups(IReadOnlyCollection<Pod> active)
    {
    }

    public ValueTask PrepareSandboxAsync(Pod pod, CancellationToken stop)
    {
        _prepared.Add(pod.Metadata.Uid!);
        return ValueTask.CompletedTask;
    }

    public async ValueTask PrepareVolumesAsync(Pod pod, CancellationToken stop)
    {
        _prepared.Add(pod.Metadata.Uid!);
        if (VolumesTake > TimeSpan.Zero)
        {
            await Task.Delay(VolumesTake, time, stop);
        }

        ThrowIfBroken();
        await useClaims(pod, stop);
    }

    public ValueTask RefreshVolumesAsync(Pod pod, CancellationToken stop)
    {
        ThrowIfBroken();
        return ValueTask.CompletedTask;
    }

    public ValueTask<PreparedMounts> MountsAsync(Pod pod, Container container, MountRequest inputs, CancellationToken stop) =>
        ValueTask.FromResult(new PreparedMounts([]));

    public ValueTask<string?> ReadTerminationMessageAsync(Pod pod, Container container, ContainerRecord ended, CancellationToken stop) =>
        ValueTask.FromResult<string?>(null);

    public ValueTask RemoveAsync(Pod pod, CancellationToken stop) => Remove(pod.Metadata.Uid!);

    public ValueTask RemoveLogsAsync(Pod pod, CancellationToken stop) => ValueTask.CompletedTask;

    public ValueTask<IReadOnlyList<PodIdentity>> FindAsync(CancellationToken stop) =>
        ValueTask.FromResult<IReadOnlyList<PodIdentity>>([.. _prepared.Select(uid => new PodIdentity("", "", uid))]);

    public ValueTask RemoveAsync(PodIdentity pod, CancellationToken stop) => Remove(pod.Uid);

    private ValueTask Remove(string uid)
    {
        if (IsBroken)
        {
            throw new IOException("device or resource busy (injected fault)");
        }

        _prepared.Remove(uid);
        return ValueTask.CompletedTask;
    }

    private void ThrowIfBroken()
    {
        if (IsBroken)
        {
            throw new HostResourceException("FailedMount", "MountVolume.SetUp failed for volume \"data\" : no space left on device (injected fault)");
        }
    }
}
