using Coppice.Testing;

namespace Coppice.Client.Tests;

public sealed class SteadyClockTests
{
    [Fact]
    public void A_wall_clock_that_is_set_does_not_move_it()
    {
        var time = new ManualTimeProvider();
        var wall = new SettableClock(time);
        var steady = new SteadyClock(wall);
        var began = steady.GetUtcNow();
        Assert.Equal(wall.GetUtcNow(), began);

        wall.Ahead = TimeSpan.FromHours(-3);
        time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(TimeSpan.FromSeconds(7), steady.GetUtcNow() - began);
    }
}
