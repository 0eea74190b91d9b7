using Coppice.Node.Containers;
using Coppice.Node.Pods;
using Coppice.Node.Probes;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Volumes;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Node.Tests.Runtime;

public sealed class CgroupTests
{
    private static readonly CgroupTree Tree = new("/coppice-abc");

    private static readonly CgroupMounts Separate = CgroupMounts.From(
        """
        30 20 0:26 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
        32 30 0:28 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        35 30 0:31 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
        33 30 0:29 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
        34 30 0:30 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
        """);

    private static readonly CgroupMounts Unified = CgroupMounts.From("30 20 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n");

    [Fact]
    public void A_pods_cgroup_hangs_under_its_quality_of_service()
    {
        Assert.Equal("/coppice-abc/pods/podu1", Tree.Pod("u1", PodQuality.Guaranteed));
        Assert.Equal("/coppice-abc/pods/burstable/podu1", Tree.Pod("u1", PodQuality.Burstable));
        Assert.Equal("/coppice-abc/pods/besteffort/podu1", Tree.Pod("u1", PodQuality.BestEffort));
    }

    [Fact]
    public void What_is_mounted_decides_the_version()
    {
        Assert.False(Separate.IsUnified);
        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct", Separate.Roots["cpuacct"]);
        Assert.Equal(4, Separate.Trees.Count());
        Assert.True(Unified.IsUnified);
    }

    [Fact]
    public void Requests_and_limits_become_shares_and_quota()
    {
        Assert.Equal(new CgroupLimits(512, 150_000, 100_000, 64 << 20), CgroupLimits.From(500, 1500, 64 << 20));
        Assert.Equal(new CgroupLimits(2), CgroupLimits.From(0, null, null));
        Assert.Equal(1000, CgroupLimits.From(1, 1, null).CpuQuotaMicroseconds);
    }

    [Fact]
    public void Limits_are_written_into_each_controllers_tree()
    {
        var plan = CgroupPlanner.Plan(Separate, "/coppice-abc/pods/podu1", CgroupLimits.From(500, 1000, 1 << 20));

        Assert.Equal(["/sys/fs/cgroup/cpu,cpuacct/coppice-abc/pods/podu1", "/sys/fs/cgroup/memory/coppice-abc/pods/podu1", "/sys/fs/cgroup/pids/coppice-abc/pods/podu1"], plan.Directories);
        Assert.Equal(
            [
                ("cpu,cpuacct", "cpu.shares", "512"), ("cpu,cpuacct", "cpu.cfs_period_us", "100000"), ("cpu,cpuacct", "cpu.cfs_quota_us", "100000"),
                ("memory", "memory.memsw.limit_in_bytes", "1048576"), ("memory", "memory.limit_in_bytes", "1048576"), ("memory", "memory.memsw.limit_in_bytes", "1048576"),
            ],
            plan.Writes.Select(write => (write.File.Split('/')[4], Path.GetFileName(write.File), write.Value)));
    }

    [Fact]
    public void In_one_tree_every_level_hands_its_controllers_down()
    {
        var plan = CgroupPlanner.Plan(Unified, "/coppice-abc/pods/podu1", CgroupLimits.From(1000, 2000, 1 << 20));

        Assert.Equal(
            [
                "/sys/fs/cgroup/cgroup.subtree_control=+cpu +memory +pids",
                "/sys/fs/cgroup/coppice-abc/cgroup.subtree_control=+cpu +memory +pids",
                "/sys/fs/cgroup/coppice-abc/pods/cgroup.subtree_control=+cpu +memory +pids",
                "/sys/fs/cgroup/coppice-abc/pods/podu1/cpu.weight=39",
                "/sys/fs/cgroup/coppice-abc/pods/podu1/cpu.max=200000 100000",
                "/sys/fs/cgroup/coppice-abc/pods/podu1/memory.max=1048576",
                "/sys/fs/cgroup/coppice-abc/pods/podu1/memory.swap.max=0",
            ],
            plan.Writes.Select(write => $"{write.File}={write.Value}"));
    }

    [Fact]
    public void A_pod_has_as_many_processes_as_it_may_and_no_more()
    {
        const string Pod = "/coppice-abc/pods/podu1";
        CgroupWrite Last(CgroupMounts mounts, long most) => CgroupPlanner.Plan(mounts, Pod, new CgroupLimits { ProcessesMax = most }).Writes[^1];
        Assert.Equal(new CgroupWrite($"/sys/fs/cgroup/pids{Pod}/pids.max", "4096"), Last(Separate, 4096));
        Assert.Equal(new CgroupWrite($"/sys/fs/cgroup{Pod}/pids.max", "4096"), Last(Unified, 4096));
        Assert.Equal("max", Last(Separate, CgroupLimits.Unlimited).Value);
        Assert.True(new PidLimits().PodsMax < long.Parse(File.ReadAllText("/proc/sys/kernel/pid_max"), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Burstable_pods_weigh_together_what_they_ask_for_together()
    {
        Pod[] active =
        [
            Given.Pod("""{"containers":[{"name":"a","resources":{"requests":{"cpu":"250m"}}},{"name":"b","resources":{"requests":{"cpu":"250m","memory":"1Gi"}}}]}"""),
            // Its start needs more than its work.
            Given.Pod("""{"initContainers":[{"name":"i","resources":{"requests":{"cpu":"1"}}}],"containers":[{"name":"a","resources":{"requests":{"cpu":"100m"}}}]}"""),
            // Guaranteed pods hang beside them, and who asks for nothing hangs elsewhere.
            Given.Pod("""{"containers":[{"name":"a","resources":{"requests":{"cpu":"4","memory":"1Gi"},"limits":{"cpu":"4","memory":"1Gi"}}}]}"""),
            Given.Pod("""{"containers":[{"name":"a"}]}"""),
        ];

        Assert.Equal(new CgroupLimits(CpuShares: 1536), ContainerLimits.OfBurstable(active));
        Assert.Equal(new CgroupLimits(CpuShares: 2), ContainerLimits.OfBurstable([]));
        var burstable = Tree.Of(PodQuality.Burstable);
        Assert.Equal(
            [new("/sys/fs/cgroup/cpu,cpuacct/coppice-abc/pods/burstable/cpu.shares", "1536")],
            CgroupPlanner.Plan(Separate, burstable, ContainerLimits.OfBurstable(active)).Writes);
        Assert.Equal(
            new CgroupWrite("/sys/fs/cgroup/coppice-abc/pods/burstable/cpu.weight", "59"),
            CgroupPlanner.Plan(Unified, burstable, ContainerLimits.OfBurstable(active)).Writes[^1]);
    }

    [Fact]
    public void What_a_pod_says_as_a_whole_limits_its_cgroup()
    {
        var pod = Given.Pod("""{"resources":{"requests":{"cpu":"500m"},"limits":{"cpu":"1","memory":"64Mi"}},"containers":[{"name":"a","resources":{"requests":{"cpu":"100m"}}},{"name":"b"}]}""");

        Assert.Equal(CgroupLimits.From(500, 1000, 64 << 20), ContainerLimits.OfPod(pod));
    }

    [Fact]
    public void A_pods_cgroup_has_room_for_an_init_container_beside_the_sidecars_before_it()
    {
        var pod = Given.Pod("""
            {"initContainers":[{"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"500m"},"limits":{"cpu":"1","memory":"64Mi"}}},
                               {"name":"i","resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2","memory":"64Mi"}}}],
             "containers":[{"name":"a","resources":{"requests":{"cpu":"100m"},"limits":{"cpu":"200m","memory":"16Mi"}}}]}
            """);

        Assert.Equal(CgroupLimits.From(1500, 3000, 128 << 20), ContainerLimits.OfPod(pod));
    }

    [Fact]
    public async Task The_kernel_gives_burstable_pods_their_common_weight()
    {
        var tree = new CgroupTree($"/coppice-test-weigh-{Environment.ProcessId}");
        var mounts = CgroupMounts.Observe();
        var files = new CgroupFiles(mounts);
        var settings = new SandboxSettings("n1", [], "cluster.local", new DnsSettings([], [], []), "/nowhere", tree);
        var hostResources = new HostResources(
            new PodVolumes(new PodPaths("/nowhere"), TimeProvider.System), new PodPaths("/nowhere"), files, _ => throw new InvalidOperationException(),
            new NodeEnvironment(settings, [], default, 0, new ProbeOptions()), TimeProvider.System);
        try
        {
            hostResources.UpdateQosCgroups([Given.Pod("""{"containers":[{"name":"a","resources":{"requests":{"cpu":"3"}}}]}""")]);

            var file = mounts.IsUnified ? mounts.Roots[""] + tree.Pods + "/burstable/cpu.weight" : mounts.Roots["cpu"] + tree.Pods + "/burstable/cpu.shares";
            Assert.Equal(mounts.IsUnified ? "118" : "3072", (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Trim());
        }
        finally
        {
            await files.RemoveAsync(tree.Root, TimeProvider.System, CancellationToken.None);
        }
    }

    [Fact]
    public async Task What_still_runs_in_a_cgroup_is_ended_when_it_is_removed()
    {
        var root = $"/coppice-test-kill-{Environment.ProcessId}";
        var mounts = CgroupMounts.Observe();
        var files = new CgroupFiles(mounts);
        var entries = mounts.MakeFor($"{root}/inner");
        using var process = System.Diagnostics.Process.Start("sh", ["-c", "for file in \"$@\"; do echo $$ > $file; done; kill -STOP $$", "sh", .. entries]);
        await Eventually.TrueAsync("a stopped process in the cgroup", TimeSpan.FromSeconds(30), () => files.FirstProcess($"{root}/inner") is { IsStopped: true } first && first.Id == process.Id);
        // On version 1 no signal reaches what is frozen.
        if (mounts.Roots.TryGetValue("freezer", out var freezer))
        {
            await File.WriteAllTextAsync($"{freezer}{root}/inner/freezer.state", "FROZEN", TestContext.Current.CancellationToken);
        }

        await files.RemoveAsync(root, TimeProvider.System, CancellationToken.None);

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(128 + 9, process.ExitCode);
        Assert.Empty(mounts.DirectoriesOf(root));
    }

    [Fact]
    public async Task A_cgroup_is_made_limited_and_removed()
    {
        var tree = new CgroupTree($"/coppice-test-files-{Environment.ProcessId}");
        var mounts = CgroupMounts.Observe();
        var files = new CgroupFiles(mounts);
        var pod = tree.Pod("u1", PodQuality.Burstable);
        try
        {
            files.Apply(pod, CgroupLimits.From(100, 500, 32 << 20));
            files.Apply(pod, CgroupLimits.From(100, 500, 64 << 20));

            Assert.Equal(["u1"], files.PodUids(tree.Of(PodQuality.Burstable)));
            var limit = mounts.IsUnified ? mounts.Roots[""] + pod + "/memory.max" : mounts.Roots["memory"] + pod + "/memory.limit_in_bytes";
            Assert.Equal($"{64 << 20}", (await File.ReadAllTextAsync(limit, TestContext.Current.CancellationToken)).Trim());
        }
        finally
        {
            await files.RemoveAsync(tree.Root, TimeProvider.System, CancellationToken.None);
        }

        Assert.Empty(files.PodUids(tree.Of(PodQuality.Burstable)));
    }
}
