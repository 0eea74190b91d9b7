using Coppice.Node.Containers;
using Coppice.Node.Runtime;
using Coppice.Node.Volumes;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>What a pod gets from its host besides the runtime: its cgroup, its volumes, logs, and the files of its containers.</summary>
public interface IHostResources
{
    /// <summary>Gives the pods of one quality of service their common part of the processors, by what is asked for now. Doing it again changes nothing.</summary>
    /// <param name="active">The pods of this node that have not ended.</param>
    /// <exception cref="RuntimeException">The kernel refused it.</exception>
    void UpdateQosCgroups(IReadOnlyCollection<Pod> active);

    /// <summary>Makes what a sandbox needs: the pod's cgroup. Doing it again changes nothing.</summary>
    /// <exception cref="HostResourceException">It could not be made; say so and try again later.</exception>
    ValueTask PrepareSandboxAsync(Pod pod, CancellationToken stop);

    /// <summary>Makes the pod's volumes ready to be mounted. Doing it again changes nothing.</summary>
    /// <exception cref="HostResourceException">One of them is not to be had yet.</exception>
    ValueTask PrepareVolumesAsync(Pod pod, CancellationToken stop);

    /// <summary>Brings what is in the volumes up to date with the objects it comes from.</summary>
    /// <exception cref="HostResourceException">Something of it is not to be had now; what was there stays.</exception>
    ValueTask RefreshVolumesAsync(Pod pod, CancellationToken stop);

    /// <summary>The mounts of one container, once the volumes are ready. To be disposed of when the container has started, or could not.</summary>
    ValueTask<PreparedMounts> MountsAsync(Pod pod, Container container, MountRequest inputs, CancellationToken stop);

    /// <summary>A text that a container left in one of the pod's volumes, once these are ready; null if there is none.</summary>
    /// <param name="path">In the volume.</param>
    /// <exception cref="IOException">It is not to be read.</exception>
    /// <exception cref="ContainerConfigException">There is no such volume.</exception>
    string? VolumeText(Pod pod, string volume, string path);

    /// <summary>How much of the disk the pod's volumes take that count as its own (<see cref="LocalStorage.LocalStorageLimits.IsCounted"/>).</summary>
    /// <returns>By the volumes' names; without those that cannot be measured now.</returns>
    ValueTask<IReadOnlyDictionary<string, long>> VolumesInUseAsync(Pod pod, DiskUnit unit, CancellationToken stop);

    /// <summary>What the logs of a container take, with those that were put aside.</summary>
    FilesUsage LogsOf(ContainerRecord container);

    /// <summary>How much memory a container, or all of the pod, needs to go on: what the kernel could take back for others is not counted.</summary>
    /// <param name="running">Null for the pod as a whole.</param>
    /// <returns>Bytes; null where nobody counts.</returns>
    long? MemoryInUse(Pod pod, ContainerRecord? running);

    /// <summary>How many processes all of the pod has, threads counted; null where nobody counts.</summary>
    long? ProcessesOf(Pod pod);

    /// <summary>Whether a container's first process is stopped (SIGSTOP): it hears no signal but the last.</summary>
    bool IsStopped(Pod pod, ContainerRecord running);

    /// <summary>What a container that ended left in its termination message file, or at the end of its log; null for nothing.</summary>
    ValueTask<string?> ReadTerminationMessageAsync(Pod pod, Container container, ContainerRecord ended, CancellationToken stop);

    /// <summary>Lets go of the cgroup and the volumes. What is gone already is no failure.</summary>
    ValueTask RemoveAsync(Pod pod, CancellationToken stop);

    /// <summary>Deletes the logs, which outlast the pod's end, but not the pod.</summary>
    ValueTask RemoveLogsAsync(Pod pod, CancellationToken stop);
}

/// <param name="Attempt">The container's.</param>
/// <param name="Addresses">The pod's, the primary first.</param>
public sealed record MountRequest(int Attempt, IReadOnlyList<KeyValuePair<string, string>> Environment, IReadOnlyList<string> Addresses);

/// <summary>Something that a pod gets from its host could not be made. The reason and message are an event's: FailedMount, MountVolume.SetUp failed for volume ….</summary>
public sealed class HostResourceException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason => reason;
}

/// <summary>Runs the hooks of a container's life.</summary>
public interface IPodHooks
{
    /// <summary>Runs a hook, as long as it takes; null when it went well, or what went wrong.</summary>
    /// <param name="address">The pod's, for a hook over HTTP that names no host.</param>
    ValueTask<string?> RunAsync(LifecycleHandler hook, Container container, string containerId, string address, TimeSpan limit, CancellationToken stop);
}
