using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Stats;
using Coppice.Testing;

namespace Coppice.Node.Tests.Stats;

public sealed class NodeStatsTests
{
    [Fact]
    public async Task A_runtime_that_does_not_answer_keeps_nobody_waiting_for_what_the_kernel_counts()
    {
        var time = new ManualTimeProvider();
        var never = new TaskCompletionSource<IReadOnlyDictionary<string, FilesUsage>>();
        var stats = new NodeStats(() => [], _ => new(never.Task), CgroupMounts.Observe(), new CgroupTree("/x"), "/", time);

        var reading = stats.ReadAsync(withFiles: true, TestContext.Current.CancellationToken).AsTask();
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Empty((await reading).Pods);
    }
}
