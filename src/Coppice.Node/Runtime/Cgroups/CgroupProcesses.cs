using System.Globalization;
using Coppice.Node.Host;

namespace Coppice.Node.Runtime.Cgroups;

/// <summary>The processes of a cgroup.</summary>
internal static class CgroupProcesses
{
    private const string ProcessFile = "cgroup.procs";

    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true };

    /// <summary>The numbers of all that are in it or below it, each once.</summary>
    public static IReadOnlySet<int> Of(CgroupMounts mounts, string cgroup)
    {
        var found = new SortedSet<int>();
        foreach (var file in mounts.DirectoriesOf(cgroup).SelectMany(directory => FilesIn(directory, ProcessFile)))
        {
            foreach (var line in Lines(file))
            {
                // 0 is one of another process namespace, which has no number here.
                if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != 0)
                {
                    found.Add(id);
                }
            }
        }

        return found;
    }

    /// <summary>Ends all of them by force, those that are frozen too. Who is born meanwhile needs another call, and what cannot be written here the signals make up for.</summary>
    public static void Kill(CgroupMounts mounts, string cgroup)
    {
        foreach (var directory in mounts.DirectoriesOf(cgroup))
        {
            // v2 (from Linux 5.14) does all of it in one step; v1 delivers no signal to what is frozen.
            CgroupFiles.Write(new CgroupWrite(directory + "/cgroup.kill", "1", Optional: true));
            foreach (var file in FilesIn(directory, "freezer.state"))
            {
                CgroupFiles.Write(new CgroupWrite(file, "THAWED", Optional: true));
            }
        }

        foreach (var id in Of(mounts, cgroup).Where(id => id != Environment.ProcessId))
        {
            HostProcess.Signal(id, HostProcess.SignalKill);
        }
    }

    private static IReadOnlyList<string> FilesIn(string cgroup, string name)
    {
        try
        {
            return [.. Directory.EnumerateFiles(cgroup, name, Below)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];      // as below
        }
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];      // the cgroup was removed meanwhile
        }
    }
}
