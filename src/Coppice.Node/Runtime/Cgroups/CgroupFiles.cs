using Coppice.Client;
using Coppice.Node.Host;

namespace Coppice.Node.Runtime.Cgroups;

/// <summary>Makes, changes and removes cgroups. Failures are <see cref="RuntimeException"/> with the kernel's word.</summary>
public sealed class CgroupFiles(CgroupMounts mounts)
{
    /// <summary>A process that was killed leaves its cgroup a moment after its end was reported.</summary>
    private const int RemoveAttempts = 100;

    /// <summary>What is still there after so many was not ended with its container, and nobody else ends it.</summary>
    private const int KillEvery = 20;

    private static readonly TimeSpan RemovePause = TimeSpan.FromMilliseconds(10);

    /// <summary>Makes a cgroup with those above it, and sets its limits; for one that exists it only sets them.</summary>
    public void Apply(string cgroup, CgroupLimits limits)
    {
        var plan = CgroupPlanner.Plan(mounts, cgroup, limits);
        try
        {
            foreach (var directory in plan.Directories)
            {
                OwnFiles.EnsureDirectory(directory, OwnFiles.PublicDirectory);
            }

            foreach (var write in plan.Writes)
            {
                Write(write);
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new RuntimeException($"The cgroup {cgroup} could not be set up: {failed.Message}", failed);
        }
    }

    /// <summary>Removes a cgroup and all below it in every tree. What is found running in it is ended by force, as a runc that was left half-way.</summary>
    public async Task RemoveAsync(string cgroup, TimeProvider time, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                mounts.Remove(cgroup);
                return;
            }
            catch (IOException) when (attempt < RemoveAttempts)
            {
                if (attempt % KillEvery == 0)
                {
                    CgroupProcesses.Kill(mounts, cgroup);
                }

                await Task.Delay(RemovePause, time, stop);
            }
            catch (IOException busy)
            {
                throw new RuntimeException($"The cgroup {cgroup} still holds processes: {busy.Message}", busy);
            }
        }
    }

    /// <summary>What a cgroup uses; <see cref="CgroupUsage.None"/> for one that is not there.</summary>
    public CgroupUsage UsageOf(string cgroup) => new CgroupStatFiles(mounts).Read(cgroup);

    /// <summary>The process that has been in a cgroup for longest, which in a container's is its first; null if there is none.</summary>
    internal HostProcess? FirstProcess(string cgroup) =>
        CgroupProcesses.Of(mounts, cgroup).Select(HostProcess.Find).Where(one => one is not null).OrderBy(one => one!.Value.StartedAt).FirstOrDefault();

    /// <summary>The pods' cgroups that there are under a part of the tree, by their uids: for finding those left over.</summary>
    public IReadOnlyList<string> PodUids(string parent)
    {
        const string Prefix = "pod";
        var uids = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var tree in mounts.Trees.Where(tree => Directory.Exists(tree + parent)))
        {
            foreach (var directory in Directory.EnumerateDirectories(tree + parent, Prefix + "*"))
            {
                uids.Add(Path.GetFileName(directory)[Prefix.Length..]);
            }
        }

        return [.. uids];
    }

    internal static void Write(CgroupWrite write)
    {
        try
        {
            // Opened and not made: a file that is missing would otherwise be reported as a right that is missing.
            using var file = new FileStream(write.File, FileMode.Open, FileAccess.Write);
            file.Write(System.Text.Encoding.ASCII.GetBytes(write.Value));
        }
        catch (Exception failed) when (write.Optional && failed is (IOException or UnauthorizedAccessException))
        {
            // See CgroupWrite.Optional.
        }
    }
}
