using Coppice.Node.Stats;
using Coppice.Testing;

namespace Coppice.Node.Tests.Stats;

public sealed class CpuRatesTests
{
    private readonly ManualTimeProvider _time = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public void A_rate_is_what_was_used_between_two_looks()
    {
        var rates = new CpuRates(_time);
        Assert.Null(rates.Next("/a", 1_000_000_000));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(500_000_000, rates.Next("/a", 3_000_000_000));

        // Too soon after it to say anything else.
        _time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(500_000_000, rates.Next("/a", 3_010_000_000));
    }

    [Fact]
    public void A_counter_that_began_anew_has_no_rate_yet()
    {
        var rates = new CpuRates(_time);
        rates.Next("/a", 5);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(rates.Next("/a", 1));
        Assert.Null(rates.Next("/a", null));
    }

    [Fact]
    public void What_is_gone_is_forgotten()
    {
        var rates = new CpuRates(_time);
        rates.Next("/a", 1);
        rates.Keep(new HashSet<string>());
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(rates.Next("/a", 2));
    }
}
