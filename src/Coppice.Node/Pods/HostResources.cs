using System.Collections.Concurrent;
using Coppice.Node.Containers;
using Coppice.Node.Host;
using Coppice.Node.LocalStorage;
using Coppice.Node.Logs;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Volumes;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Streaming;

namespace Coppice.Node.Pods;

/// <summary>What this machine gives to pods: cgroups, volumes and logs.</summary>
/// <param name="cgroups">Null leaves them to the runtime.</param>
/// <param name="sources">Where the content of volumes comes from, given what is known of the pod.</param>
public sealed class HostResources(
    IPodVolumes volumes, PodPaths paths, CgroupFiles? cgroups, Func<PodFacts, PodVolumeSources> sources, NodeEnvironment node, TimeProvider time)
    : IHostResources
{
    private const int WordsMax = 4096;
    private const int LogWordsMax = 2048;
    private const int LogLinesMax = 80;

    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> _prepared = new(StringComparer.Ordinal);

    private SandboxSettings Settings => node.Sandboxes;

    public void UpdateQosCgroups(IReadOnlyCollection<Pod> active)
    {
        if (cgroups is null || Settings.Cgroups is not { } tree)
        {
            return;
        }

        cgroups.Apply(tree.Pods, new CgroupLimits { ProcessesMax = node.Processes.PodsMax });
        cgroups.Apply(tree.Of(PodQuality.Burstable), ContainerLimits.OfBurstable(active));
        // However many pods ask for nothing, together they must not push aside one that asked.
        cgroups.Apply(tree.Of(PodQuality.BestEffort), new CgroupLimits(CpuShares: CgroupLimits.SharesMin));
    }

    public ValueTask PrepareSandboxAsync(Pod pod, CancellationToken stop)
    {
        if (cgroups is null || Settings.Cgroups is not { } tree)
        {
            return ValueTask.CompletedTask;
        }

        try
        {
            cgroups.Apply(tree.Pod(Uid(pod), QualityOfService.Of(pod)), ContainerLimits.OfPod(pod) with { ProcessesMax = node.Processes.PodMax });
            return ValueTask.CompletedTask;
        }
        catch (RuntimeException failed)
        {
            throw new HostResourceException("FailedCreatePodContainer", $"unable to ensure pod container exists: {failed.Message}", failed);
        }
    }

    public async ValueTask PrepareVolumesAsync(Pod pod, CancellationToken stop)
    {
        try
        {
            _prepared[Uid(pod)] = await volumes.PrepareAsync(pod, Sources(pod), stop);
        }
        catch (VolumeNotReadyException failed)
        {
            throw new HostResourceException("FailedMount", failed.Message, failed);
        }
    }

    public async ValueTask RefreshVolumesAsync(Pod pod, CancellationToken stop)
    {
        try
        {
            await volumes.RefreshAsync(pod, Sources(pod), stop);
        }
        catch (VolumeNotReadyException failed)
        {
            throw new HostResourceException("FailedMount", failed.Message, failed);
        }
    }

    public ValueTask<PreparedMounts> MountsAsync(Pod pod, Container container, MountRequest inputs, CancellationToken stop)
    {
        var given = new MountInputs(
            inputs.Attempt, _prepared[Uid(pod)], inputs.Environment, SandboxSpecBuilder.ShortName(pod, Settings),
            SandboxSpecBuilder.Domain(pod, Settings.ClusterDomain), inputs.Addresses);
        return volumes.MountsAsync(pod, container, given, stop);
    }

    public string? VolumeText(Pod pod, string volume, string path) =>
        _prepared.GetValueOrDefault(Uid(pod))?.GetValueOrDefault(volume) is { } directory
            ? Volumes.VolumeText.Read(directory, path)
            : throw new ContainerConfigException($"cannot find the volume \"{volume}\" referenced by FileKeyRef");

    public async ValueTask<IReadOnlyDictionary<string, long>> VolumesInUseAsync(Pod pod, DiskUnit unit, CancellationToken stop)
    {
        var result = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var volume in pod.Spec.Volumes.Where(LocalStorageLimits.IsCounted))
        {
            // Also of pods that an agent before made them for.
            var directory = paths.Volume(Uid(pod), VolumePlugins.Of(volume).DirectoryName, volume.Name);
            if (Directory.Exists(directory) && await DiskUse.OfAsync(directory, unit, time, stop) is { } used)
            {
                result[volume.Name] = used;
            }
        }

        return result;
    }

    public FilesUsage LogsOf(ContainerRecord container) => FilesUsage.Of(Path.GetDirectoryName(container.LogPath));

    public long? MemoryInUse(Pod pod, ContainerRecord? running) => CgroupOf(pod, running) is { } cgroup ? cgroups?.UsageOf(cgroup).Memory?.WorkingSet : null;

    public long? ProcessesOf(Pod pod) => CgroupOf(pod, running: null) is { } cgroup ? cgroups?.UsageOf(cgroup).Processes : null;

    public bool IsStopped(Pod pod, ContainerRecord running) =>
        CgroupOf(pod, running) is { } cgroup && cgroups?.FirstProcess(cgroup) is { IsStopped: true };

    public async ValueTask<string?> ReadTerminationMessageAsync(Pod pod, Container container, ContainerRecord ended, CancellationToken stop)
    {
        try
        {
            var words = ReadStart(paths.TerminationLog(Uid(pod), container.Name, ended.Attempt));
            if (words.Length > 0)
            {
                return words;
            }

            var fallsBack = container.TerminationMessagePolicy == TerminationMessagePolicy.FallbackToLogsOnError && ended.ExitCode != 0;
            return fallsBack ? await ReadLogEndAsync(ended.LogPath, stop) : null;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return $"Error on reading termination log {container.TerminationMessagePath}: {failed.Message}";
        }
    }

    public async ValueTask RemoveAsync(Pod pod, CancellationToken stop)
    {
        await volumes.RemoveAsync(Uid(pod), stop);
        _prepared.TryRemove(Uid(pod), out _);
        if (cgroups is null || Settings.Cgroups is not { } tree)
        {
            return;
        }
        // Of what was left over by an agent before, only the uid may be known.
        foreach (var quality in Enum.GetValues<PodQuality>())
        {
            await cgroups.RemoveAsync(tree.Pod(Uid(pod), quality), time, stop);
        }
    }

    public ValueTask RemoveLogsAsync(Pod pod, CancellationToken stop)
    {
        var identity = new PodIdentity(pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "", Uid(pod));
        var directory = SandboxSpecBuilder.LogDirectory(Settings.LogRoot, identity);
        if (Directory.Exists(directory))
        {
            DirectoryRemoval.Remove(directory);
        }

        return ValueTask.CompletedTask;
    }

    private string? CgroupOf(Pod pod, ContainerRecord? running) => Settings.Cgroups is not { } tree ? null
        : tree.Pod(Uid(pod), QualityOfService.Of(pod)) is var cgroup && running is null ? cgroup : $"{cgroup}/{running.Id}";

    private PodVolumeSources Sources(Pod pod) => sources(new PodFacts(
        Settings.NodeName, node.Addresses, [.. pod.Status.PodIPs.Select(one => one.Ip)], node.Allocatable));

    private static string ReadStart(string path)
    {
        // The file is the container's: what it has put in its place, if it could, is no business of ours.
        if (LinuxCalls.KindOf(path) != FileKind.Plain || new FileInfo(path).LinkTarget is not null)
        {
            return "";
        }

        using var file = File.OpenRead(path);
        var bytes = new byte[WordsMax];
        return System.Text.Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
    }

    private async ValueTask<string?> ReadLogEndAsync(string path, CancellationToken stop)
    {
        using var text = new MemoryStream();
        await new LogReader(time).WriteAsync(path, new LogRequest(false, false, false, LogLinesMax, null, null), _ => ValueTask.FromResult(false), text, stop);
        var bytes = text.GetBuffer().AsSpan(0, (int)text.Length);
        if (bytes.Length > LogWordsMax)
        {
            bytes = bytes[^LogWordsMax..];
        }

        return bytes.Length == 0 ? null : System.Text.Encoding.UTF8.GetString(bytes);
    }

    private static string Uid(Pod pod) => pod.Metadata.Uid ?? "";
}
