using System.Globalization;
using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>
/// A disk for a data directory alone, which a test can make slow, hang, or look at as if the power had failed: a file with a file system in
/// it, behind a loop device.
/// </summary>
internal sealed class LoopDisk
{
    private const string Throttles = "/sys/fs/cgroup/blkio/blkio.throttle.";

    private readonly ClusterFolders _folders;
    private readonly string _device;

    private LoopDisk(ClusterFolders folders, string device) => (_folders, _device) = (folders, device);

    private string Image => Path.Combine(_folders.Home, "disk");

    /// <summary>Puts a data directory on one; it goes when nobody has it mounted any more.</summary>
    public static async Task<LoopDisk> MountAsync(ClusterFolders folders)
    {
        Assert.SkipUnless(File.Exists($"{Throttles}write_iops_device"), "a disk is made slow by the cgroup controller blkio");
        var image = Path.Combine(folders.Home, "disk");
        (await new Command("truncate", "-s", "2G", image).RunAsync()).OrThrow();
        (await new Command("mkfs.ext4", "-q", image).RunAsync()).OrThrow();
        (await new Command("mount", "-o", "loop", image, folders.Data).RunAsync()).OrThrow();
        File.SetUnixFileMode(folders.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new LoopDisk(folders, (await new Command("mountpoint", "-d", folders.Data).RunAsync()).OrThrow().Trim());
    }

    /// <summary>So many writes a second reach it, until the result is disposed of; one that is confirmed takes two at least.</summary>
    public IDisposable Slow(int writesPerSecond) => new Throttle("write_iops_device", _device, writesPerSecond);

    /// <summary>Whoever writes waits, until the result is disposed of.</summary>
    public async Task<IAsyncDisposable> HangAsync()
    {
        (await new Command("fsfreeze", "--freeze", _folders.Data).RunAsync()).OrThrow();
        return new Frozen(_folders.Data);
    }

    /// <summary>Copies from it what a start after a power failure would find: what has reached the disk, and nothing of what was on its way.</summary>
    /// <param name="name">Of a directory in the data directory.</param>
    /// <returns>The copy, outside of the disk.</returns>
    public async Task<string> AfterPowerFailureAsync(string name)
    {
        var (image, found, copy) = ($"{Image}-copy", Path.Combine(_folders.Home, "found"), Path.Combine(_folders.Home, name));
        using (new Throttle("write_bps_device", _device, 1))
        {
            await Eventually.SeeAsync("no write on its way", Patience, () => File.ReadAllTextAsync($"/sys/dev/block/{_device}/inflight"), seen => seen.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).All(one => one == "0"));
            (await new Command("cp", "--sparse=always", Image, image).RunAsync()).OrThrow();
        }

        Directory.CreateDirectory(found);
        (await new Command("mount", "-o", "loop", image, found).RunAsync()).OrThrow();
        (await new Command("cp", "-a", Path.Combine(found, name), copy).RunAsync()).OrThrow();
        (await new Command("umount", found).RunAsync()).OrThrow();
        return copy;
    }

    private sealed class Throttle : IDisposable
    {
        private readonly string _file;
        private readonly string _device;

        public Throttle(string what, string device, int perSecond)
        {
            (_file, _device) = ($"{Throttles}{what}", device);
            Set(perSecond);
        }

        public void Dispose() => Set(0);

        private void Set(int perSecond) => File.WriteAllText(_file, string.Create(CultureInfo.InvariantCulture, $"{_device} {perSecond}"));
    }

    private sealed class Frozen(string at) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => (await new Command("fsfreeze", "--unfreeze", at).RunAsync()).OrThrow();
    }
}
