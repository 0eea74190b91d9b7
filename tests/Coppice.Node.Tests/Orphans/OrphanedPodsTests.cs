using Coppice.Node.Containers;
using Coppice.Node.Host;
using Coppice.Node.Orphans;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Tests.Pods;
using Coppice.Node.Volumes;
using Coppice.Testing;

namespace Coppice.Node.Tests.Orphans;

/// <summary>What a crash at a bad moment leaves on the machine. Needs root, as coppice does.</summary>
public sealed class OrphanedPodsTests : IDisposable
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    private readonly string _root = Directory.CreateTempSubdirectory("coppice-orphans").FullName;
    private readonly PodPaths _paths;
    private readonly CgroupTree _tree = new("/coppice-test");
    private readonly OrphanedPods _leftovers;

    public OrphanedPodsTests()
    {
        _paths = new PodPaths(_root + "/pods");
        var time = new ManualTimeProvider();
        // A tree of plain directories: one with a file in it cannot be removed, like a cgroup with a process in it.
        var cgroups = new CgroupFiles(CgroupMounts.From($"30 20 0:26 / {_root}/cgroup rw - cgroup cgroup rw,memory\n"));
        var settings = new SandboxSettings("n1", [], "cluster.local", new DnsSettings([], [], []), _root + "/logs", _tree);
        _leftovers = new OrphanedPods(new PodVolumes(_paths, time), _paths, cgroups, settings, TimeProvider.System);
    }

    public void Dispose()
    {
        foreach (var line in File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(_root, StringComparison.Ordinal)).Reverse())
        {
            LinuxCalls.Unmount(line.Split(' ')[4]);
        }

        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Whatever_is_left_of_a_pod_is_found_and_removed()
    {
        Assert.Empty(await _leftovers.FindAsync(Stop));
        var volume = Directory.CreateDirectory(_paths.Volume("u1", "secret", "keys")).FullName;
        Assert.Null(LinuxCalls.MountTmpfs(volume, null, (UnixFileMode)0x1ED, null));
        File.WriteAllText(volume + "/key", "secret");
        Directory.CreateDirectory($"{_root}/logs/shop_web_u1/main");
        Directory.CreateDirectory($"{_root}/logs/shop_old_u2");
        Directory.CreateDirectory($"{_root}/logs/lost+found");
        Directory.CreateDirectory($"{_root}/cgroup{_tree.Pod("u3", PodQuality.BestEffort)}/inner");

        var found = await _leftovers.FindAsync(Stop);
        Assert.Equal([new("shop", "web", "u1"), new("shop", "old", "u2"), new PodIdentity("", "", "u3")], found);
        foreach (var pod in found)
        {
            await _leftovers.RemoveAsync(pod, Stop);
        }

        Assert.Empty(await _leftovers.FindAsync(Stop));
        Assert.DoesNotContain(volume, File.ReadAllText("/proc/self/mountinfo"));
        Assert.True(Directory.Exists($"{_root}/logs/lost+found"));
    }

    [Fact]
    public async Task While_something_is_mounted_there_nothing_is_removed()
    {
        var host = Directory.CreateDirectory(_root + "/host").FullName;
        File.WriteAllText(host + "/precious", "x");
        var volume = Directory.CreateDirectory(_paths.Volume("u1", "empty-dir", "v")).FullName;
        File.WriteAllText(volume + "/beside", "x");
        var inner = Directory.CreateDirectory(volume + "/inner").FullName;
        await BindAsync(host, inner);

        var refused = await Assert.ThrowsAsync<OrphanInUseException>(async () => await _leftovers.RemoveAsync(new PodIdentity("shop", "web", "u1"), Stop));
        Assert.Contains(inner, refused.Message);
        Assert.True(File.Exists(host + "/precious"));
        Assert.True(File.Exists(volume + "/beside"));

        LinuxCalls.Unmount(inner);
        await _leftovers.RemoveAsync(new PodIdentity("shop", "web", "u1"), Stop);
        Assert.False(Directory.Exists(_paths.Pod("u1")));
        Assert.True(File.Exists(host + "/precious"));
    }

    [Fact]
    public async Task While_a_process_is_in_its_cgroup_nothing_is_removed()
    {
        var busy = Directory.CreateDirectory($"{_root}/cgroup{_tree.Pod("u1", PodQuality.Burstable)}").FullName;
        File.WriteAllText(busy + "/a-process", "");
        Directory.CreateDirectory(_paths.Volume("u1", "empty-dir", "v"));

        await Assert.ThrowsAsync<OrphanInUseException>(async () => await _leftovers.RemoveAsync(new PodIdentity("", "", "u1"), Stop));
        Assert.True(Directory.Exists(_paths.Volume("u1", "empty-dir", "v")));
    }

    [Fact]
    public async Task Deleting_stops_at_a_mount_and_at_a_link()
    {
        var host = Directory.CreateDirectory(_root + "/host").FullName;
        File.WriteAllText(host + "/precious", "x");
        Directory.CreateDirectory(_root + "/doomed/a/b");
        Directory.CreateSymbolicLink(_root + "/doomed/a/link", host);
        File.CreateSymbolicLink(_root + "/doomed/a/nowhere", "/no/such/path");
        var mount = Directory.CreateDirectory(_root + "/doomed/z").FullName;
        await BindAsync(host, mount);

        Assert.Equal(
            $"{_root}/doomed cannot be removed: z: Device or resource busy",
            Assert.Throws<IOException>(() => DirectoryRemoval.Remove(_root + "/doomed")).Message);
        Assert.True(File.Exists(host + "/precious"));
        LinuxCalls.Unmount(mount);
        DirectoryRemoval.Remove(_root + "/doomed");
        Assert.False(Directory.Exists(_root + "/doomed"));
        Assert.True(File.Exists(host + "/precious"));
    }

    [Fact]
    public void An_agent_removes_at_its_start_and_with_every_audit_what_nobody_knows()
    {
        using var node = new TestNode();
        node.HostResources.Orphans.Add(new PodIdentity("shop", "dead", "dead-uid"));
        node.Create("web", "server:1");
        var uid = node.Api.Uid("web");
        node.HostResources.Orphans.Add(new PodIdentity("shop", "web", uid));
        node.Start();
        Assert.Equal([uid], node.HostResources.Orphans.Select(one => one.Uid));

        node.HostResources.Orphans.Add(new PodIdentity("", "", "late-uid"));
        node.Advance(30);
        Assert.Equal([uid], node.HostResources.Orphans.Select(one => one.Uid));
    }

    private static async Task BindAsync(string from, string to)
    {
        using var mount = System.Diagnostics.Process.Start("mount", ["--bind", from, to]);
        await mount.WaitForExitAsync(Stop);
        Assert.Equal(0, mount.ExitCode);
    }
}
