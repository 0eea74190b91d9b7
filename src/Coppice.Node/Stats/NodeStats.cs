using System.Globalization;
using Coppice.Node.Containers;
using Coppice.Node.Host;
using Coppice.Node.Pods;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;

namespace Coppice.Node.Stats;

/// <summary>
/// Looks at what the node and its pods use, when somebody asks; nothing is done meanwhile. The kernel is asked for all it counts; the
/// runtime only for the sizes of containers' own files.
/// </summary>
/// <param name="workers">The pods of this node.</param>
/// <param name="layers">What containers wrote to their own file systems, by container.</param>
/// <param name="dataDirectory">On the file system that pods use.</param>
public sealed class NodeStats(
    Func<IEnumerable<PodWorker>> workers,
    Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, FilesUsage>>> layers,
    CgroupMounts mounts,
    CgroupTree tree,
    string dataDirectory,
    TimeProvider time)
{
    private const string Machine = "/";

    // The runtime looks at every container for it, and one that does not answer is no reason to tell nothing of the others.
    private static readonly TimeSpan LayersWithin = TimeSpan.FromSeconds(10);

    private static readonly IReadOnlyDictionary<string, FilesUsage> NoLayers = new Dictionary<string, FilesUsage>();

    private readonly CgroupStatFiles _files = new(mounts);
    private readonly CpuRates _rates = new(time);

    /// <param name="withFiles">Also the sizes of files, which cost a call of the runtime.</param>
    public async ValueTask<NodeReading> ReadAsync(bool withFiles, CancellationToken stop)
    {
        var written = withFiles ? await LayersAsync(stop) : NoLayers;
        var seen = new HashSet<string>(StringComparer.Ordinal) { Machine };
        var pods = workers().Select(worker => PodOf(worker, written, withFiles, seen)).ToList();
        var totals = _files.ReadMachine();
        var reading = new NodeReading(
            time.GetUtcNow(),
            BootedAt(),
            new Usage(totals, _rates.Next(Machine, totals.CpuNanoseconds)),
            MemoryCapacity(),
            NetworkCounters.Parse(CgroupStatFiles.TextOf("/proc/net/dev") ?? ""),
            FileSystemSpace.Of(dataDirectory),
            Processes(),
            pods);
        _rates.Keep(seen);
        return reading;
    }

    private async ValueTask<IReadOnlyDictionary<string, FilesUsage>> LayersAsync(CancellationToken stop)
    {
        try
        {
            return await layers(stop).AsTask().WaitAsync(LayersWithin, time, stop);
        }
        catch (Exception e) when (e is RuntimeException or TimeoutException)
        {
            return NoLayers; // It is away or stuck: the kernel's figures are good all the same.
        }
    }

    private PodReading PodOf(PodWorker worker, IReadOnlyDictionary<string, FilesUsage> written, bool withFiles, HashSet<string> seen)
    {
        var (pod, view) = (worker.Pod, worker.View);
        var cgroup = tree.Pod(pod.Metadata.Uid ?? "", QualityOfService.Of(pod));
        var containers = view.Containers
            .Where(one => one.State == ContainerRunState.Running)
            .OrderBy(one => one.Name, StringComparer.Ordinal)
            .Select(one => new ContainerReading(
                one,
                $"{cgroup}/{one.Id}",
                UsageOf($"{cgroup}/{one.Id}", seen),
                written.TryGetValue(one.Id, out var layer) ? layer : null,
                withFiles ? FilesUsage.Of(Path.GetDirectoryName(one.LogPath)) : default))
            .ToList();
        IReadOnlyList<InterfaceCounters> network = [];
        if (!pod.Spec.HostNetwork && view.Sandbox is { State: SandboxState.Ready } sandbox && _files.ProcessOf($"{cgroup}/{sandbox.Id}") is { } process)
        {
            network = NetworkCounters.Parse(CgroupStatFiles.TextOf($"/proc/{process}/net/dev") ?? "");
        }

        return new PodReading(pod with { Status = worker.Status }, view.Sandbox?.CreatedAt, UsageOf(cgroup, seen), network, containers);
    }

    private Usage UsageOf(string cgroup, HashSet<string> seen)
    {
        seen.Add(cgroup);
        var totals = _files.Read(cgroup);
        return new Usage(totals, _rates.Next(cgroup, totals.CpuNanoseconds));
    }

    /// <summary>When the machine was started.</summary>
    public static DateTimeOffset BootedAt() =>
        NumberAfter("/proc/stat", "btime ") is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.UnixEpoch;

    private static long MemoryCapacity() => NumberAfter("/proc/meminfo", "MemTotal:") * 1024 ?? 0;

    // "0.10 0.20 0.30 2/345 6789": running/all.
    private static ProcessCount Processes() => new(
        NumberAfter("/proc/sys/kernel/pid_max", "") ?? 0,
        NumberAfter("/proc/loadavg", "/") ?? 0);

    /// <summary>The first number behind a word in a file of the kernel's.</summary>
    private static long? NumberAfter(string path, string word)
    {
        var text = CgroupStatFiles.TextOf(path) ?? "";
        var at = text.IndexOf(word, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var digits = text.AsSpan(at + word.Length).TrimStart();
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return long.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
