using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>
/// Removes what a cluster leaves on the machine, whatever state it is in: processes, pod networks, cgroups, mounts, files. Everything
/// is found by the cluster's own folder and network, so that clusters beside it are left alone.
/// </summary>
internal sealed class ClusterRemains(ClusterFolders folders, NetworkNamespace network)
{
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(10);

    public async Task RemoveAsync()
    {
        var processes = Processes.WithDescendants(Processes.All().Where(IsOurs));
        var namespaces = processes.Select(id => Processes.Namespace(id, "net")).OfType<string>().ToHashSet();
        var cgroups = processes.SelectMany(Cgroups).Distinct().ToList();

        // Managers before containers, or they would start again what is ended.
        foreach (var id in processes.OrderBy(id => IsOurs(id) ? 0 : 1))
        {
            Processes.Signal(id, Signal.Kill);
        }

        await Eventually.TrueAsync("the end of the cluster's processes", GoneWithin, () => processes.All(HasEnded));
        RemoveCgroups(cgroups);
        await RemovePodNetworksAsync(namespaces);
        await UnmountAsync();
        await network.DisposeAsync();
        Directory.Delete(folders.Home, recursive: true);
    }

    // Coppice, its containerd and the shims name a path of the cluster on their command line; what they started comes as descendants.
    private bool IsOurs(int id) => id != Environment.ProcessId && Processes.CommandLine(id).Any(argument => argument.Contains($"{folders.Data}/") || argument == folders.Data);

    private static bool HasEnded(int id) => Processes.StatusField(id, "State") is "" or ['Z' or 'X', ..];

    // /proc/ID/cgroup has lines like 4:memory:/kubepods/pod1/2, and 0::/… for version 2.
    private static IEnumerable<string> Cgroups(int id) =>
        from line in Processes.Read(id, "cgroup").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let parts = line.Split(':', 3)
        where parts[2].Count(letter => letter == '/') > 1
        from mount in CgroupMounts(parts[1])
        select mount + parts[2];

    private static string[] CgroupMounts(string controllers) =>
        controllers.Length == 0
            ? ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
            : [$"/sys/fs/cgroup/{controllers}", $"/sys/fs/cgroup/{controllers.Replace("name=", "")}"];

    // From the containers' upwards, as far as they are empty. The first below the root may be shared with others, and stays.
    private static void RemoveCgroups(IEnumerable<string> cgroups)
    {
        foreach (var cgroup in cgroups.OrderByDescending(path => path.Length))
        {
            for (var path = cgroup; path.Count(letter => letter == '/') > 5; path = Path.GetDirectoryName(path)!)
            {
                try
                {
                    Directory.Delete(path);
                }
                catch (Exception stays) when (stays is IOException or UnauthorizedAccessException)
                {
                    break;
                }
            }
        }
    }

    private static async Task RemovePodNetworksAsync(HashSet<string> namespaces)
    {
        if (!Directory.Exists("/run/netns"))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles("/run/netns", "cni-*"))
        {
            var seen = await new Command("stat", "--format=net:[%i]", file).RunAsync();
            if (namespaces.Contains(seen.Output.Trim()))
            {
                await new Command("ip", "netns", "delete", Path.GetFileName(file)).RunAsync();
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
