using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Fairness;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Fairness;

public sealed class RequestTurnsTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly ManualTimeProvider _time = new();
    private readonly RequestTurns _turns;

    public RequestTurnsTests() => _turns = new(new TurnLimits { Running = 2, WaitingOfUserMax = 3, WaitingMax = 5 }, _time);

    [Fact]
    public async Task Who_comes_while_there_is_room_does_not_wait()
    {
        var first = await Take("a");
        await Take("a");
        Assert.False(Take("a").IsCompleted);
        first.Dispose();
        Assert.Equal((2, 0), (_turns.Running, _turns.Waiting));
    }

    [Fact]
    public async Task Users_are_answered_in_turn_however_much_one_of_them_asks()
    {
        var first = await Take("greedy");
        await Take("greedy");
        var greedy = new[] { Take("greedy"), Take("greedy"), Take("greedy") };
        var modest = Take("modest");
        first.Dispose();
        var next = await greedy[0].WaitAsync(Soon);
        Assert.False(modest.IsCompleted);
        next.Dispose();
        await modest.WaitAsync(Soon);
        Assert.False(greedy[1].IsCompleted);
    }

    [Fact]
    public async Task Beyond_its_bounds_nobody_waits()
    {
        await Take("a");
        await Take("a");
        _ = (Take("a"), Take("a"), Take("a"));
        AssertRefused("a");
        _ = (Take("b"), Take("b"));
        AssertRefused("c");
        Assert.Equal(5, _turns.Waiting);
    }

    [Fact]
    public async Task Who_has_waited_for_too_long_is_told_to_come_back()
    {
        var first = await Take("a");
        await Take("a");
        var late = Take("b");
        _time.Advance(TimeSpan.FromSeconds(15));
        var refusal = await Assert.ThrowsAsync<ApiError>(() => late.WaitAsync(Soon));
        Assert.Equal(429, refusal.Status.Code);
        Assert.Equal(1, refusal.Status.Details!.RetryAfterSeconds);
        first.Dispose();
        Assert.Equal((1, 0), (_turns.Running, _turns.Waiting));
    }

    [Fact]
    public async Task Who_goes_while_waiting_leaves_nothing_behind()
    {
        var first = await Take("a");
        await Take("a");
        using var gone = new CancellationTokenSource();
        var waiting = _turns.TakeAsync("b", gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Soon));
        Assert.Equal(0, _turns.Waiting);
        first.Dispose();
        Assert.Equal(1, _turns.Running);
    }

    [Fact]
    public async Task However_many_come_at_once_no_more_than_the_limit_run_and_all_get_their_turn()
    {
        var turns = new RequestTurns(new TurnLimits { Running = 4 }, TimeProvider.System);
        var most = 0;
        await Task.WhenAll(Enumerable.Range(0, 400).Select(async i =>
        {
            await Task.Yield();
            using var turn = await turns.TakeAsync($"user-{i % 7}", default);
            InterlockedMax(ref most, turns.Running);
            await Task.Yield();
        }));
        Assert.InRange(most, 1, 4);
        Assert.Equal((0, 0), (turns.Running, turns.Waiting));
    }

    private Task<RequestTurns.Turn> Take(string user) => _turns.TakeAsync(user, default).AsTask();

    private void AssertRefused(string user) => Assert.Equal(429, Assert.Throws<ApiError>((Action)(() => _ = Take(user))).Status.Code);

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
