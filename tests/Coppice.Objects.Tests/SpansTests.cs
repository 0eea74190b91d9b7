using Coppice.Testing;

namespace Coppice.Objects.Tests;

public sealed class SpansTests
{
    private static readonly DateTimeOffset Today = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(-1)]
    [InlineData(100_000)]
    [InlineData(int.MaxValue)]
    [InlineData(9_223_372_036)]
    public void Seconds_that_can_be_counted_are_kept(long seconds) => Assert.Equal(seconds, (long)Spans.Seconds(seconds).TotalSeconds);

    [Theory]
    [InlineData(9_223_372_037)]
    [InlineData(922_337_203_686)]
    [InlineData(long.MaxValue)]
    public void More_seconds_than_can_be_counted_are_the_longest_span(long seconds)
    {
        Assert.Equal(Spans.Longest, Spans.Seconds(seconds));
        Assert.Equal(-Spans.Longest, Spans.Seconds(-seconds));
        Assert.Equal(-Spans.Longest, Spans.Seconds(long.MinValue));
        Assert.Equal(2318, (Today + Spans.Seconds(seconds)).Year);
    }

    [Fact]
    public void No_moment_is_beyond_the_first_and_the_last_date()
    {
        Assert.Equal(Today.AddSeconds(5), Today.After(TimeSpan.FromSeconds(5)));
        Assert.Equal(Today.AddSeconds(-5), Today.After(TimeSpan.FromSeconds(-5)));
        Assert.Equal(DateTimeOffset.MaxValue, new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero).After(Spans.Longest));
        Assert.Equal(DateTimeOffset.MinValue, new DateTimeOffset(1, 1, 1, 0, 0, 0, TimeSpan.Zero).After(-Spans.Longest));
        Assert.Equal(DateTimeOffset.MaxValue, Today.After(TimeSpan.MaxValue));
    }

    [Fact]
    public void A_timer_takes_every_span()
    {
        foreach (var seconds in (long[])[1, 4_294_967, 4_294_968, int.MaxValue, long.MaxValue])
        {
            using var source = new CancellationTokenSource(Spans.Seconds(seconds).ForTimer(), TimeProvider.System);
            Assert.False(source.IsCancellationRequested);
        }
    }

    [Fact]
    public void Waiting_for_longer_than_a_timer_takes_is_not_shorter()
    {
        var loop = new SimulationLoop(new ManualTimeProvider());
        var waiting = loop.Start(() => Spans.DelayAsync(TimeSpan.FromDays(120), loop.Time, default));
        loop.RunFor(TimeSpan.FromDays(119.9));
        Assert.False(waiting.IsCompleted);
        loop.RunFor(TimeSpan.FromDays(0.1));
        Assert.True(waiting.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Waiting_ends_when_it_is_told_to_however_long_it_is()
    {
        using var stop = new CancellationTokenSource();
        var waiting = Spans.DelayAsync(Spans.Longest, TimeProvider.System, stop.Token);
        await Spans.DelayAsync(-Spans.Longest, TimeProvider.System, stop.Token);
        Assert.False(waiting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
