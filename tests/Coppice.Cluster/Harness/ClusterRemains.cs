using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>
/// Removes what a cluster leaves on the machine, whatever state it is in: processes, pod networks, cgroups, mounts, files. Everything
/// is found by the cluster's own folder and network, so that clusters beside it are left alone.
/// </summary>
/// <param name="network">Null where it is another cluster's.</param>
internal sealed class ClusterRemains(ClusterFolders folders, NetworkNamespace? network)
{
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

        // Managers before containers, or they would start again what is ended.
        foreach (var id in processes.OrderBy(id => IsOurs(id) ? 0 : 1))
        {
            Processes.Signal(id, Signal.Kill);
        }

        await Eventually.TrueAsync("the end of the cluster's processes", Patience, () => processes.All(HasEnded));
        await RemoveCgroupsAsync();
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

        var guard = $"/run/coppice/guards/{CoppiceServer.Instance(folders)}";
        if (Directory.Exists(guard))
        {
            Directory.Delete(guard, recursive: true);
        }
    }

    // Coppice, its containerd, the shims and the registry name a path of the cluster on their command line; what they started comes as
    // descendants.
    private bool IsOurs(int id) => id != Environment.ProcessId && Processes.CommandLine(id).Any(argument => argument.Contains($"{folders.Home}/"));

    private static bool HasEnded(int id) => Processes.StatusField(id, "State") is "" or ['Z' or 'X', ..];

    // All cgroups of a cluster are below one of its name, in every hierarchy. One that a process still leaves is busy for a moment.
    private Task RemoveCgroupsAsync()
    {
        string[] hierarchies = ["/sys/fs/cgroup", .. Directory.GetDirectories("/sys/fs/cgroup")];
        var trees = hierarchies.Select(hierarchy => Path.Combine(hierarchy, CoppiceServer.Instance(folders))).ToList();
        return Eventually.TrueAsync("the end of the cluster's cgroups", Patience, () => trees.All(RemoveTree));
    }

    private static bool RemoveTree(string tree)
    {
        if (!Directory.Exists(tree))
        {
            return true;
        }

        try
        {
            foreach (var cgroup in Directory.GetDirectories(tree, "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length).Append(tree))
            {
                // A container whose shim has died before it is nobody's descendant.
                foreach (var id in File.ReadLines($"{cgroup}/cgroup.procs").Select(int.Parse))
                {
                    Processes.Signal(id, Signal.Kill);
                }

                Directory.Delete(cgroup);
            }

            return true;
        }
        catch (IOException)
        {
            return false;
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
