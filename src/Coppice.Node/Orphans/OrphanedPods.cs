using Coppice.Node.Containers;
using Coppice.Node.Host;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Runtime.Containerd;
using Coppice.Node.Volumes;

namespace Coppice.Node.Orphans;

/// <summary>
/// Orphaned pods as directories: of volumes, of logs and of cgroups. What still runs in a cgroup is ended. A process that cannot be, or a
/// mount that coppice did not make, means that somebody is at work there: then all of the pod is left as it is.
/// </summary>
/// <param name="cgroups">Null if they are the runtime's business.</param>
public sealed class OrphanedPods(IPodVolumes volumes, PodPaths paths, CgroupFiles? cgroups, SandboxSettings settings, TimeProvider time) : IOrphanedPods
{
    private const int LogNameParts = 3;

    public ValueTask<IReadOnlyList<PodIdentity>> FindAsync(CancellationToken stop)
    {
        var found = new SortedDictionary<string, PodIdentity>(StringComparer.Ordinal);
        foreach (var uid in NamesIn(paths.Root).Concat(CgroupUids()))
        {
            found[uid] = new PodIdentity("", "", uid);
        }

        foreach (var name in NamesIn(settings.LogRoot))
        {
            // Neither namespaces nor names have an underscore in them.
            if (name.Split('_') is { Length: LogNameParts } parts)
            {
                found[parts[2]] = new PodIdentity(parts[0], parts[1], parts[2]);
            }
        }

        return ValueTask.FromResult<IReadOnlyList<PodIdentity>>([.. found.Values]);
    }

    public async ValueTask RemoveAsync(PodIdentity pod, CancellationToken stop)
    {
        // A process sees the volumes by mounts of its own, which are not in our table: so the processes first.
        await RemoveCgroupsAsync(pod.Uid, stop);
        if (ForeignMount(pod.Uid) is { } mount)
        {
            throw new OrphanInUseException($"{mount.MountPoint} ({mount.FileSystem}) is mounted in what is left of pod {pod.Uid}, which nobody knows; unmount it to have the rest removed");
        }

        await volumes.RemoveAsync(pod.Uid, stop);
        var logs = SandboxSpecBuilder.LogDirectory(settings.LogRoot, pod);
        if (Directory.Exists(logs))
        {
            DirectoryRemoval.Remove(logs);
        }
    }

    private IEnumerable<string> CgroupUids() =>
        cgroups is null || settings.Cgroups is not { } tree ? [] : Enum.GetValues<PodQuality>().SelectMany(quality => cgroups.PodUids(tree.Of(quality)));

    private async ValueTask RemoveCgroupsAsync(string uid, CancellationToken stop)
    {
        if (cgroups is null || settings.Cgroups is not { } tree)
        {
            return;
        }

        try
        {
            foreach (var quality in Enum.GetValues<PodQuality>())
            {
                await cgroups.RemoveAsync(tree.Pod(uid, quality), time, stop);
            }
        }
        catch (RuntimeException busy)
        {
            throw new OrphanInUseException($"Pod {uid}, which nobody knows, still has processes: {busy.Message}; end them to have the rest removed", busy);
        }
    }

    private MountEntry? ForeignMount(string uid) =>
        MountTable.Read().FirstOrDefault(one => one.MountPoint.StartsWith(paths.Pod(uid) + "/", StringComparison.Ordinal) && !paths.IsOwnMount(uid, one.MountPoint, one.FileSystem));

    private static IEnumerable<string> NamesIn(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateDirectories(directory).Select(one => Path.GetFileName(one)) : [];
}
