namespace Coppice.Client.Tests.Reconciling;

public sealed class LoopsTogetherTests
{
    [Fact]
    public async Task One_that_fails_ends_the_others_and_is_told()
    {
        var broken = new TaskCompletionSource();
        var all = LoopsTogether.RunAsync(TestContext.Current.CancellationToken, Waiting, _ => broken.Task, Waiting);
        Assert.False(all.IsCompleted);
        broken.SetException(new IOException("out of order"));
        Assert.Equal("out of order", (await Assert.ThrowsAsync<IOException>(() => all)).Message);
    }

    [Fact]
    public async Task One_that_has_nothing_more_to_do_ends_alone_and_all_end_when_they_are_stopped()
    {
        using var stop = new CancellationTokenSource();
        var all = LoopsTogether.RunAsync(stop.Token, Waiting, _ => Task.CompletedTask);
        Assert.False(all.IsCompleted);
        await stop.CancelAsync();
        await all;
    }

    private static async Task Waiting(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource();
        await using var registration = stop.Register(stopped.SetResult);
        await stopped.Task;
    }
}
