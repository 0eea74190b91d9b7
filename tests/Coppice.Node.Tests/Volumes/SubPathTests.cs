using System.Runtime.InteropServices;
using System.Text;
using Coppice.Node.Containers;
using Coppice.Node.Host;
using Coppice.Node.Runtime;
using Coppice.Node.Volumes;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Node.Tests.Volumes;

/// <summary>What a subPath shows, of volumes that their pod has written to.</summary>
public sealed class SubPathTests : IAsyncLifetime
{
    private readonly PodPaths _paths = new(Directory.CreateTempSubdirectory("coppice-subpaths-").FullName);
    private readonly PodVolumes _volumes;
    private readonly string _outside;
    private string _volume = "";

    public SubPathTests()
    {
        _volumes = new PodVolumes(_paths, new ManualTimeProvider());
        _outside = Path.Combine(_paths.Root, "outside");
        Directory.CreateDirectory(_outside);
        File.WriteAllText(_outside + "/secret", "of the host");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _volume = (await _volumes.PrepareAsync(PodWith("x"), NoSources, Stop))["v"];

    public async ValueTask DisposeAsync()
    {
        await _volumes.RemoveAsync("u1", CancellationToken.None);
        Directory.Delete(_paths.Root, recursive: true);
    }

    [Theory]
    [InlineData("absolute/secret")]
    [InlineData("process/etc/hostname")]
    [InlineData(".")]
    [InlineData("pipe")]
    [InlineData("large")]
    public void What_is_no_text_of_the_volume_is_not_read(string path)
    {
        File.CreateSymbolicLink(_volume + "/absolute", _outside);
        File.CreateSymbolicLink(_volume + "/process", "/proc/self/root");
        File.WriteAllBytes(_volume + "/large", new byte[(1 << 20) + 1]);
        System.Diagnostics.Process.Start("mkfifo", [_volume + "/pipe"]).WaitForExit();
        Assert.ThrowsAny<IOException>(() => VolumeText.Read(_volume, path));
    }

    [Fact]
    public void A_text_is_read_by_way_of_links_that_stay_in_the_volume()
    {
        Directory.CreateDirectory(_volume + "/d");
        File.WriteAllText(_volume + "/d/text", "A='1'");
        File.CreateSymbolicLink(_volume + "/link", "d/text");
        Assert.Equal(("A='1'", null), (VolumeText.Read(_volume, "link"), VolumeText.Read(_volume, "none")));
    }

    [Theory]
    [InlineData("absolute")]
    [InlineData("absolute/secret")]
    [InlineData("second")]
    [InlineData("upwards/secret")]
    [InlineData("d/sub/secret")]
    [InlineData("process")]
    [InlineData("missing-outside")]
    [InlineData("absolute/made-by-us")]
    public async Task No_link_leads_out_of_the_volume(string subPath)
    {
        // Two links, of which the last one alone would look as if it stayed inside; one by way of directories above; a magic one.
        Directory.CreateDirectory(_volume + "/d");
        File.CreateSymbolicLink(_volume + "/absolute", _outside);
        File.CreateSymbolicLink(_volume + "/second", "absolute/secret");
        File.CreateSymbolicLink(_volume + "/upwards", "../../../../outside");
        File.CreateSymbolicLink(_volume + "/d/sub", "../absolute");
        File.CreateSymbolicLink(_volume + "/process", "/proc/self/root");
        File.CreateSymbolicLink(_volume + "/missing-outside", _outside + "/not-there");

        var refused = await Assert.ThrowsAsync<ContainerConfigException>(() => ShowAsync(subPath));

        Assert.Matches("failed to (prepare subPath|create subPath directory) for volumeMount \"v\" of container \"main\"", refused.Message);
        Assert.Equal(["secret"], Directory.EnumerateFileSystemEntries(_outside).Select(Path.GetFileName));
        Assert.False(LinuxCalls.IsMountPoint(_paths.SubPath("u1", "main", 0)));
    }

    [Fact]
    public async Task Links_that_stay_in_the_volume_count()
    {
        Directory.CreateDirectory(_volume + "/releases/2");
        File.WriteAllText(_volume + "/releases/2/file", "second");
        File.CreateSymbolicLink(_volume + "/current", "releases/2");
        using var mounts = await ShowAsync("current/file");
        Assert.Equal("second", File.ReadAllText(mounts.All[0].HostPath));
    }

    [Fact]
    public async Task What_is_missing_is_made_as_open_as_the_volume_is()
    {
        File.SetUnixFileMode(_volume, (UnixFileMode)0x5F8 | UnixFileMode.SetGroup);
        using var mounts = await ShowAsync("a/b");
        Assert.Equal(File.GetUnixFileMode(_volume), File.GetUnixFileMode(_volume + "/a"));
        Assert.Equal(File.GetUnixFileMode(_volume), File.GetUnixFileMode(mounts.All[0].HostPath));
    }

    [Fact]
    public async Task What_was_found_stays_whatever_becomes_of_its_name()
    {
        Directory.CreateDirectory(_volume + "/d");
        File.WriteAllText(_volume + "/d/file", "the pod's");
        using var mounts = await ShowAsync("d");
        Directory.Move(_volume + "/d", _volume + "/moved");
        File.CreateSymbolicLink(_volume + "/d", _outside);
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(mounts.All[0].HostPath).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_name_that_changes_all_the_time_never_shows_the_host()
    {
        Directory.CreateDirectory(_volume + "/d");
        File.CreateSymbolicLink(_volume + "/link", _outside);
        var isOver = false;
        var swapping = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                Exchange(_volume + "/link", _volume + "/d");
            }
        });
        swapping.Start();
        try
        {
            for (var attempt = 0; attempt < 300; attempt++)
            {
                try
                {
                    using var mounts = await ShowAsync("d");
                    Assert.Empty(Directory.EnumerateFileSystemEntries(mounts.All[0].HostPath));
                }
                catch (ContainerConfigException)
                {
                    // It was the link just then.
                }
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            swapping.Join();
        }
    }

    [Fact]
    public async Task Nothing_stays_mounted_once_the_container_has_started_nor_after_a_crash_once_the_pod_is_gone()
    {
        File.WriteAllText(_volume + "/file", "");
        (await ShowAsync("file")).Dispose();
        Assert.False(LinuxCalls.IsMountPoint(_paths.SubPath("u1", "main", 0)));

        // A crash: nobody disposes of it. The next start takes its place, of another kind this time; the pod's end takes the rest away.
        _ = await ShowAsync("file");
        _ = await ShowAsync("directory");
        Assert.True(LinuxCalls.IsMountPoint(_paths.SubPath("u1", "main", 0)));
        Assert.True(_paths.IsOwnMount("u1", _paths.SubPath("u1", "main", 0), "ext4"));
        await _volumes.RemoveAsync("u1", Stop);
        Assert.False(Directory.Exists(_paths.Pod("u1")));
        Assert.DoesNotContain(_paths.Root, await File.ReadAllTextAsync("/proc/self/mountinfo", Stop));
    }

    private static PodVolumeSources NoSources => new((_, _) => default, (_, _) => default, (_, _, _) => default, new PodFacts("node-1", [], [], default));

    private static Pod PodWith(string subPath) =>
        Given.Pod($$"""{"volumes":[{"name":"v","emptyDir":{} }],"containers":[{"name":"main","volumeMounts":[{"name":"v","mountPath":"/data","subPath":"{{subPath}}"}]}] }""");

    private async Task<PreparedMounts> ShowAsync(string subPath)
    {
        var pod = PodWith(subPath);
        var inputs = new MountInputs(0, new SortedDictionary<string, string> { ["v"] = _volume }, [], "web", null, []);
        return await _volumes.MountsAsync(pod, pod.Spec.Containers[0], inputs, Stop);
    }

    // In one step, so that the name is never free for what is made where nothing is.
    private static void Exchange(string one, string other)
    {
        const int Here = -100;
        const uint BothWays = 2;
        if (renameat2(Here, Encoding.UTF8.GetBytes(one + "\0"), Here, Encoding.UTF8.GetBytes(other + "\0"), BothWays) != 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int renameat2(int fromDirectory, byte[] from, int toDirectory, byte[] to, uint flags);
}
