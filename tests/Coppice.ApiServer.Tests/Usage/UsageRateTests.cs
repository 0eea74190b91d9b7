using Coppice.ApiServer.Usage;

namespace Coppice.ApiServer.Tests.Usage;

public sealed class UsageRateTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_processor_is_an_average_between_two_looks_and_memory_is_of_the_last()
    {
        var (usage, window) = Between(new(Start, 40_000_000_000, 64 << 20), 100, new(Start, 10_000_000_000, 32 << 20), 85);
        Assert.Equal(("2", "64Mi", 15), (usage["cpu"].ToString(), usage["memory"].ToString(), window.TotalSeconds));
    }

    [Fact]
    public void What_only_the_last_look_saw_is_measured_since_its_start()
    {
        var (usage, window) = Between(new(Start, 500_000_000, 1024), 4, null, 1);
        Assert.Equal(("125m", "1Ki", 4), (usage["cpu"].ToString(), usage["memory"].ToString(), window.TotalSeconds));
    }

    [Fact]
    public void What_was_started_anew_meanwhile_counts_from_nothing()
    {
        var (usage, window) = Between(new(Start.AddSeconds(10), 1_000_000_000, 1), 20, new(Start, 90_000_000_000, 1), 5);
        Assert.Equal(("100m", 10), (usage["cpu"].ToString(), window.TotalSeconds));
    }

    [Theory]
    [InlineData(null, 1L, 10)]
    [InlineData(1L, null, 10)]
    [InlineData(1L, 1L, 0)]
    public void What_is_not_known_yet_is_not_told(long? cpu, long? memory, int at) =>
        Assert.True(Between(new(Start, cpu, memory), at, null, null).Usage.IsEmpty);

    private static (Objects.ValueMap<Objects.Quantity> Usage, TimeSpan Window) Between(UsageTotals last, int at, UsageTotals? before, int? beforeAt) =>
        UsageRate.Between(last, Start.AddSeconds(at), before, beforeAt is { } seconds ? Start.AddSeconds(seconds) : null);
}
