using System.Diagnostics;
using Coppice.Node.Host;
using Coppice.Node.Volumes;

namespace Coppice.Node.Runtime.Containerd;

/// <summary>Removes what containers leave of a layout when nobody is there to clean up: shims, processes, mounts, files.</summary>
internal static class ContainerdPurge
{
    private const int UnmountAttempts = 50;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task PurgeAsync(ContainerdLayout layout, TimeProvider time, CancellationToken stop)
    {
        ShimProcess.Kill(ShimProcess.Of(layout));
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
}
