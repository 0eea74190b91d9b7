namespace Coppice.Objects.Tests.Semantics;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(3, "300ns")]
    [InlineData(15, "1.5µs")]
    [InlineData(850_000, "85ms")]
    [InlineData(12_040_000, "1.204s")]
    [InlineData(100_000_000, "10s")]
    [InlineData(625_000_000, "1m2.5s")]
    [InlineData(3_000_000_000, "5m0s")]
    [InlineData(36_000_000_000, "1h0m0s")]
    [InlineData(900_610_010_000, "25h1m1.001s")]
    [InlineData(-625_000_000, "-1m2.5s")]
    public void Are_written_as_Go_does(long ticks, string text) => Assert.Equal(text, GoDuration.Write(TimeSpan.FromTicks(ticks)));
}
