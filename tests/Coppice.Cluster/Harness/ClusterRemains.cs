using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>
/// Removes what a cluster leaves on the machine, whatever state it is in: processes, pod networks, cgroups, mounts, files. Everything
/// is found by the cluster's own folder and network, so that clusters beside it are left alone.
/// </summary>
/// <param name="network">Null where it is another cluster's.</param>
internal sealed class ClusterRemains(ClusterFolders folders, NetworkNamespace? network)
{
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(10);

    /// <summary>Removes what runs have left that were themselves ended before they could clean up.</summary>
    public static async Task RemoveOfDeadRunsAsync()
    {
        if (!Directory.Exists("/run/netns"))
        {
            return;
        }

        var networks = Directory.EnumerateFiles("/run/netns", $"{RunningCluster.NamePrefix}*").Select(file => Path.GetFileName(file)!).ToList();
        foreach (var name in networks)
        {
            var owner = name[RunningCluster.NamePrefix.Length..].Split('-')[0];
            if (Directory.Exists($"/proc/{owner}"))
            {
                continue;
            }

            // Those that were beside others have no network of their own.
            var folders = Directory.EnumerateDirectories("/var/tmp", $"{RunningCluster.NamePrefix}{owner}-*").Select(folder => Path.GetFileName(folder)!);
            foreach (var beside in folders.Where(folder => !networks.Contains(folder)).ToList())
            {
                await new ClusterRemains(new ClusterFolders(beside), null).RemoveAsync();
            }

            await new ClusterRemains(new ClusterFolders(name), NetworkNamespace.Existing(name)).RemoveAsync();
        }
    }

    public async Task RemoveAsync()
    {
        var processes = Processes.WithDescendants(Processes.All().Where(IsOurs));
        var tasks = TaskRemains.Find(folders.Data);
        var cgroups = processes.SelectMany(CgroupsOf).Concat(tasks.Select(task => task.Cgroup)).Distinct().ToList();

        // Managers before containers, or they would start again what is ended.
        foreach (var id in processes.OrderBy(id => IsOurs(id) ? 0 : 1))
        {
            Processes.Signal(id, Signal.Kill);
        }

        await Eventually.TrueAsync("the end of the cluster's processes", GoneWithin, () => processes.All(HasEnded));
        RemoveCgroups(cgroups);
        foreach (var task in tasks)
        {
            await task.RemoveAsync();
        }

        await UnmountAsync();
        RemoveClaim();
        if (network is not null)
        {
            await network.DisposeAsync();
        }

        Directory.Delete(folders.Home, recursive: true);
    }

    private void RemoveClaim()
    {
        var claim = $"/run/coppice/instances/{CoppiceServer.Instance(folders)}";
        if (File.Exists(claim))
        {
            File.Delete(claim);
        }
    }

    // Coppice, its containerd, the shims and the registry name a path of the cluster on their command line; what they started comes as
    // descendants.
    private bool IsOurs(int id) => id != Environment.ProcessId && Processes.CommandLine(id).Any(argument => argument.Contains($"{folders.Home}/"));

    private static bool HasEnded(int id) => Processes.StatusField(id, "State") is "" or ['Z' or 'X', ..];

    // /proc/ID/cgroup has lines like 4:memory:/kubepods/pod1/2, and 0::/… for version 2.
    private static IEnumerable<string> CgroupsOf(int id) =>
        Processes.Read(id, "cgroup").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':', 3)[2]);

    // In every hierarchy, from the containers' upwards, as far as they are empty. The first below the root may be shared, and stays.
    private static void RemoveCgroups(IEnumerable<string> cgroups)
    {
        string[] hierarchies = ["/sys/fs/cgroup", .. Directory.GetDirectories("/sys/fs/cgroup")];
        foreach (var (hierarchy, cgroup) in from cgroup in cgroups.OrderByDescending(path => path.Length) from one in hierarchies select (one, cgroup))
        {
            for (var path = cgroup; path.LastIndexOf('/') > 0 && Directory.Exists(hierarchy + path); path = Path.GetDirectoryName(path)!)
            {
                try
                {
                    Directory.Delete(hierarchy + path);
                }
                catch (Exception stays) when (stays is IOException or UnauthorizedAccessException)
                {
                    break;
                }
            }
        }
    }

    private async Task UnmountAsync()
    {
        var points = from line in await File.ReadAllLinesAsync("/proc/self/mountinfo")
                     let point = line.Split(' ')[4]
                     where point.StartsWith($"{folders.Home}/", StringComparison.Ordinal)
                     select point;
        foreach (var point in points.Reverse())
        {
            await new Command("umount", "--lazy", point).RunAsync();
        }
    }
}
