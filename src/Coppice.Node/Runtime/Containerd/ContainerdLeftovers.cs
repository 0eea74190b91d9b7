using System.Diagnostics;
using System.Globalization;
using Coppice.Node.Volumes;

namespace Coppice.Node.Runtime.Containerd;

/// <summary>Removes what containers leave of a layout when nobody is there to clean up: shims, processes, mounts, files.</summary>
internal static class ContainerdLeftovers
{
    private const int UnmountAttempts = 50;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task PurgeAsync(ContainerdLayout layout, TimeProvider time, CancellationToken stop)
    {
        foreach (var pid in Containers(layout))
        {
            ContainerdProcess.Terminate(pid);
        }

        foreach (var pid in Shims(layout))
        {
            ContainerdProcess.Terminate(pid);
        }

        await UnmountAsync(layout, time, stop);
        if (Directory.Exists(layout.Directory))
        {
            DirectoryRemoval.Remove(layout.Directory);
        }

        if (Path.GetDirectoryName(layout.Socket) is { } beside && Directory.Exists(beside))
        {
            DirectoryRemoval.Remove(beside);
        }
    }

    // A shim names the containerd it belongs to on its command line: -address SOCKET.
    private static IEnumerable<int> Shims(ContainerdLayout layout) =>
        from id in Processes()
        let line = ContainerdProcess.CommandLine(id)
        where line.Count > 0 && Path.GetFileName(line[0]).StartsWith("containerd-shim", StringComparison.Ordinal) && line.Contains(layout.Socket)
        select id;

    // Each task's first process is in init.pid beside its bundle; with it its whole pid namespace ends.
    private static IEnumerable<int> Containers(ContainerdLayout layout)
    {
        var tasks = Path.Combine(layout.State, "io.containerd.runtime.v2.task");
        if (!Directory.Exists(tasks))
        {
            yield break;
        }

        var shims = Shims(layout).ToHashSet();
        foreach (var file in Directory.EnumerateFiles(tasks, "init.pid", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }))
        {
            if (!int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }

            if (shims.Contains(Parent(id)))
            {
                yield return id;      // else the number belongs to somebody else by now
            }
        }
    }

    private static async Task UnmountAsync(ContainerdLayout layout, TimeProvider time, CancellationToken stop)
    {
        var umount = HostProgram.Umount.Require();
        for (var attempt = 0; attempt < UnmountAttempts; attempt++)
        {
            var mounts = MountTable.Read().Where(one => one.MountPoint.StartsWith(layout.Directory + "/", StringComparison.Ordinal)).Reverse().ToList();
            if (mounts.Count == 0)
            {
                return;
            }

            foreach (var mount in mounts)
            {
                using var process = Process.Start(new ProcessStartInfo(umount, ["-l", mount.MountPoint]) { RedirectStandardError = true })!;
                await process.WaitForExitAsync(stop);
            }

            await Task.Delay(Pause, time, stop);
        }
    }

    private static IEnumerable<int> Processes() =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])).Select(name => int.Parse(name!, CultureInfo.InvariantCulture));

    private static int Parent(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
