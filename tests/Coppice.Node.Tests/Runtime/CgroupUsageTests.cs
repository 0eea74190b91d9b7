using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Stats;

namespace Coppice.Node.Tests.Runtime;

/// <summary>The kernel's own texts, as they stood in the files.</summary>
public sealed class CgroupUsageTests
{
    private const string StatOfV1 = """
        cache 0
        rss 0
        pgfault 0
        inactive_file 0
        hierarchical_memory_limit 67108864
        total_cache 3002368
        total_rss 114688
        total_pgfault 6131
        total_pgmajfault 3
        total_inactive_file 3002368
        total_active_file 0
        """;

    private const string StatOfV2 = """
        anon 1048576
        file 5242880
        kernel_stack 49152
        shmem 0
        inactive_anon 1040384
        active_anon 8192
        inactive_file 4194304
        active_file 1048576
        pgfault 5610
        pgmajfault 12
        """;

    [Fact]
    public void In_v1_what_is_below_a_cgroup_is_counted_with_it()
    {
        var usage = CgroupUsagePlanner.Plan(isUnified: false, new Dictionary<string, string>
        {
            ["cpuacct.usage"] = "5787935796\n",
            ["memory.usage_in_bytes"] = "3932160\n",
            ["memory.memsw.usage_in_bytes"] = "3936256\n",
            ["memory.limit_in_bytes"] = "67108864\n",
            ["memory.stat"] = StatOfV1,
            ["pids.current"] = "2\n",
        });
        Assert.Equal(new CgroupUsage(5787935796, new MemoryUsage(3932160, 929792, 114688, 3002368, 6131, 3, 67108864, 4096), 2), usage);
    }

    [Fact]
    public void In_v2_the_figures_have_other_names_and_the_processor_is_counted_in_microseconds()
    {
        var usage = CgroupUsagePlanner.Plan(isUnified: true, new Dictionary<string, string>
        {
            ["cpu.stat"] = "usage_usec 5787935\nuser_usec 5000000\nsystem_usec 787935\nnr_periods 120\n",
            ["memory.current"] = "6553600\n",
            ["memory.swap.current"] = "0\n",
            ["memory.max"] = "134217728\n",
            ["memory.stat"] = StatOfV2,
            ["pids.current"] = "7\n",
        });
        Assert.Equal(new CgroupUsage(5787935000, new MemoryUsage(6553600, 2359296, 1048576, 5242880, 5610, 12, 134217728, 0), 7), usage);
    }

    [Theory]
    [InlineData(false, "memory.usage_in_bytes", "memory.limit_in_bytes", "9223372036854771712")]
    [InlineData(true, "memory.current", "memory.max", "max")]
    public void No_limit_is_none(bool isUnified, string current, string limit, string none)
    {
        var usage = CgroupUsagePlanner.Plan(isUnified, new Dictionary<string, string> { [current] = "4096", [limit] = none });
        Assert.Null(usage.Memory!.Limit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_not_there_is_not_known(bool isUnified) =>
        Assert.Equal(CgroupUsage.None, CgroupUsagePlanner.Plan(isUnified, new Dictionary<string, string>()));

    [Fact]
    public void More_inactive_files_than_usage_leave_a_working_set_of_nothing()
    {
        var usage = CgroupUsagePlanner.Plan(isUnified: true, new Dictionary<string, string> { ["memory.current"] = "4096", ["memory.stat"] = "inactive_file 8192" });
        Assert.Equal(0, usage.Memory!.WorkingSet);
    }

    [Fact]
    public void The_machine_under_v2_is_known_by_what_it_has_left()
    {
        var usage = CgroupUsagePlanner.PlanMachine(
            isUnified: true,
            new Dictionary<string, string> { ["cpu.stat"] = "usage_usec 1000", ["memory.stat"] = StatOfV2 },
            "MemTotal:       16384 kB\nMemFree:         8192 kB\nMemAvailable:   12000 kB\nSwapTotal:       1024 kB\nSwapFree:        1000 kB\n");
        Assert.Equal((8388608, 4194304, 24576), (usage.Memory!.Usage, usage.Memory.WorkingSet, usage.Memory.Swap));
        Assert.Equal(1000000, usage.CpuNanoseconds);
    }

    [Fact]
    public void Interfaces_are_counted_but_for_the_loopback_and_the_ends_of_pods_links()
    {
        const string Text = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
              eth0:     446       5    1    0    0     0          0         0      656       8    2    0    0     0       0          0
            vethab12:   999      5    0    0    0     0          0         0      656       8    0    0    0     0       0          0
            """;
        Assert.Equal([new InterfaceCounters("eth0", 446, 1, 656, 2)], NetworkCounters.Parse(Text));
    }
}
