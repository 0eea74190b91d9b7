using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Fairness;
using Coppice.Objects.Flowcontrol;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Fairness;

public sealed class PriorityLevelTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly ManualTimeProvider _time = new();
    private readonly FlowTally _tally = new();
    private readonly PriorityLevel _level;

    public PriorityLevelTests()
    {
        _level = new(_time, TimeSpan.FromSeconds(15));
        Configure(2, Queues(1024, 1, 3));
    }

    [Fact]
    public async Task Who_comes_while_there_is_room_does_not_wait()
    {
        var first = await Take("a");
        await Take("a");
        var third = Take("a");
        Assert.False(third.IsCompleted);
        first.Dispose();
        first.Dispose();
        await third.WaitAsync(Soon);
        Assert.Equal((2, 0), (_tally.Running, _tally.Waiting));
    }

    [Fact]
    public async Task Flows_are_answered_in_turn_however_much_one_of_them_asks()
    {
        var first = await Take("greedy");
        await Take("greedy");
        var greedy = new[] { Take("greedy"), Take("greedy"), Take("greedy") };
        var modest = Take("modest");
        first.Dispose();
        var next = await modest.WaitAsync(Soon);
        Assert.All(greedy, one => Assert.False(one.IsCompleted));
        next.Dispose();
        await greedy[0].WaitAsync(Soon);
    }

    [Fact]
    public async Task A_flow_whose_requests_take_long_gives_way_to_one_whose_requests_do_not()
    {
        Configure(1, Queues(1024, 1, 50));
        for (var i = 0; i < 3; i++)
        {
            var slow = await Take("slow").WaitAsync(Soon);
            _time.Advance(TimeSpan.FromSeconds(1));
            slow.Dispose();
        }

        var running = await Take("other");
        var waiting = (Slow: Take("slow"), Quick: new[] { Take("quick"), Take("quick"), Take("quick") });
        foreach (var quick in waiting.Quick)
        {
            running.Dispose();
            running = await quick.WaitAsync(Soon);
            Assert.False(waiting.Slow.IsCompleted);
        }

        running.Dispose();
        await waiting.Slow.WaitAsync(Soon);
    }

    [Fact]
    public async Task Beyond_the_length_of_its_queue_nobody_waits()
    {
        await Take("a");
        await Take("a");
        _ = (Take("a"), Take("a"), Take("a"));
        AssertRefused("a", FlowRejection.QueueFull);
        _ = Take("b");
        Assert.Equal(4, _tally.Waiting);
    }

    [Fact]
    public async Task A_level_without_queues_refuses_what_it_has_no_seats_for()
    {
        Configure(1, new() { Type = LimitResponseType.Reject });
        var first = await Take("a");
        AssertRefused("a", FlowRejection.ConcurrencyLimit);
        first.Dispose();
        await Take("a").WaitAsync(Soon);
    }

    [Fact]
    public async Task An_exempt_level_lets_everybody_in()
    {
        _level.Configure(new() { Spec = new() { Type = PriorityLevelEnablement.Exempt } }, new SeatLimits(0, 0, 600));
        for (var i = 0; i < 100; i++)
        {
            await Take("a").WaitAsync(Soon);
        }

        Assert.Equal(100, _tally.Running);
    }

    [Fact]
    public async Task A_wide_request_takes_several_seats_and_waits_for_all_of_them()
    {
        var narrow = await Take("a");
        var wide = _level.TakeAsync(_tally, HashOf("b"), 2, default).AsTask();
        var after = Take("c");
        Assert.False(wide.IsCompleted);
        Assert.False(after.IsCompleted);
        narrow.Dispose();
        (await wide.WaitAsync(Soon)).Dispose();
        await after.WaitAsync(Soon);
    }

    [Fact]
    public async Task A_request_that_is_wider_than_its_level_runs_alone()
    {
        var wide = await _level.TakeAsync(_tally, HashOf("a"), 7, default).AsTask().WaitAsync(Soon);
        var other = Take("b");
        Assert.False(other.IsCompleted);
        wide.Dispose();
        await other.WaitAsync(Soon);
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
        Assert.Equal(1, _tally.Rejected[(int)FlowRejection.TimeOut]);
        first.Dispose();
        Assert.Equal((1, 0), (_tally.Running, _tally.Waiting));
    }

    [Fact]
    public async Task Who_goes_while_waiting_leaves_nothing_behind()
    {
        var first = await Take("a");
        await Take("a");
        using var gone = new CancellationTokenSource();
        var waiting = _level.TakeAsync(_tally, HashOf("b"), 1, gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Soon));
        Assert.Equal(0, _tally.Waiting);
        first.Dispose();
        Assert.Equal(1, _tally.Running);
    }

    [Fact]
    public async Task Who_yields_lets_others_in_and_takes_a_place_in_its_own_queue()
    {
        Configure(1, Queues(1, 1, 1));
        var slow = await Take("a");
        slow.Yield();
        slow.Yield();
        Assert.Equal((0, 1), (_tally.Running, _tally.Waiting));
        var alsoSlow = await Take("a");
        Assert.Equal(429, Assert.Throws<ApiError>(alsoSlow.Yield).Status.Code);

        var returning = slow.ReturnAsync(default).AsTask();
        Assert.False(returning.IsCompleted);
        alsoSlow.Dispose();
        await returning.WaitAsync(Soon);
        Assert.Equal((1, 0), (_tally.Running, _tally.Waiting));
        slow.Dispose();
        slow.Dispose();

        var gone = await Take("a");
        gone.Yield();
        gone.Dispose();
        Assert.Equal((0, 0), (_tally.Running, _tally.Waiting));
        Assert.Equal(3, _tally.Dispatched);
    }

    [Fact]
    public async Task Slow_senders_fill_all_queues_of_their_flow_and_turn_nobody_away_who_has_others()
    {
        Configure(4, Queues(64, 2, 1));
        (await Take("slow")).Yield();
        (await Take("slow")).Yield();
        Assert.Equal(429, Assert.Throws<ApiError>((await Take("slow")).Yield).Status.Code);

        // Each of these has another queue beside the one that it shares.
        foreach (var user in Enumerable.Range(0, 1000).Select(i => $"user-{i}").Where(user => HandOf(user).Intersect(HandOf("slow")).Count() == 1).Take(5))
        {
            using var seat = await Take(user);
            seat.Yield();
        }
    }

    [Fact]
    public void Queues_take_memory_when_somebody_is_in_them()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Configure(2, Queues(1_000_000, 6, 50));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
    }

    [Fact]
    public async Task Seats_that_are_granted_are_taken_at_once()
    {
        await Take("a");
        await Take("a");
        var waiting = Take("b");
        _level.Grant(3);
        await waiting.WaitAsync(Soon);
    }

    [Fact]
    public async Task However_many_come_at_once_no_more_than_the_limit_run_and_all_get_their_turn()
    {
        var level = new PriorityLevel(TimeProvider.System, Soon);
        level.Configure(Level(Queues(64, 6, 50)), new SeatLimits(4, 4, 4));
        var (running, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(async i =>
        {
            await Task.Yield();
            using var seat = await level.TakeAsync(_tally, HashOf($"user-{i % 7}"), 1, default);
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
        }));
        Assert.InRange(most, 1, 4);
        Assert.Equal((0, 0), (_tally.Running, _tally.Waiting));
        Assert.Equal(400, _tally.Dispatched);
    }

    private static int[] HandOf(string user)
    {
        var hand = new int[2];
        Hand.Deal(HashOf(user), 64, hand);
        return hand;
    }

    private static ulong HashOf(string user) => Hand.HashOf(1, "schema", user);

    private static LimitResponse Queues(int queues, int handSize, int length) =>
        new() { Type = LimitResponseType.Queue, Queuing = new() { Queues = queues, HandSize = handSize, QueueLengthLimit = length } };

    private static PriorityLevelConfiguration Level(LimitResponse response) =>
        new() { Spec = new() { Type = PriorityLevelEnablement.Limited, Limited = new() { LimitResponse = response } } };

    private void Configure(int seats, LimitResponse response) => _level.Configure(Level(response), new SeatLimits(seats, seats, seats));

    private Task<Seat> Take(string user) => _level.TakeAsync(_tally, HashOf(user), 1, default).AsTask();

    private void AssertRefused(string user, FlowRejection why)
    {
        var before = _tally.Rejected[(int)why];
        Assert.Equal(429, Assert.Throws<ApiError>((Action)(() => _ = Take(user))).Status.Code);
        Assert.Equal(before + 1, _tally.Rejected[(int)why]);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
