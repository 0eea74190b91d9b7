using Coppice.Node.Runtime.Cgroups;

namespace Coppice.Node.Tests.Runtime;

public sealed class CgroupTests
{
    private static readonly CgroupTree Tree = new("/coppice-abc");

    private static readonly CgroupMounts Separate = CgroupMounts.From(
        """
        30 20 0:26 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
        32 30 0:28 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
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
        Assert.Equal(3, Separate.Trees.Count());
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

        Assert.Equal(["/sys/fs/cgroup/cpu,cpuacct/coppice-abc/pods/podu1", "/sys/fs/cgroup/memory/coppice-abc/pods/podu1"], plan.Directories);
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
    public async Task A_cgroup_is_made_limited_read_and_removed()
    {
        var tree = new CgroupTree($"/coppice-test-files-{Environment.ProcessId}");
        var files = new CgroupFiles(CgroupMounts.Observe());
        var pod = tree.Pod("u1", PodQuality.Burstable);
        try
        {
            files.Apply(pod, CgroupLimits.From(100, 500, 32 << 20));
            files.Apply(pod, CgroupLimits.From(100, 500, 64 << 20));

            Assert.Equal(["u1"], files.PodUids(tree.Of(PodQuality.Burstable)));
            Assert.NotNull(files.Read(pod));
            Assert.True(files.Read("")!.Value.WorkingSetBytes > 0);
        }
        finally
        {
            await files.RemoveAsync(tree.Root, TimeProvider.System, CancellationToken.None);
        }

        Assert.Null(files.Read(pod));
        Assert.Empty(files.PodUids(tree.Of(PodQuality.Burstable)));
    }
}
