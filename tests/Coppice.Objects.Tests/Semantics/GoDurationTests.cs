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

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("300ns", 3)]
    [InlineData("1.5µs", 15)]
    [InlineData("1m2.5s", 625_000_000)]
    [InlineData("-1h", -36_000_000_000)]
    [InlineData("+.5s", 5_000_000)]
    public void Are_read_as_Go_does(string text, long ticks)
    {
        Assert.Equal(TimeSpan.FromTicks(ticks), GoDuration.Read(text, out var error));
        Assert.Null(error);
    }

    [Theory]
    [InlineData("", "time: invalid duration \"\"")]
    [InlineData("soon", "time: invalid duration \"soon\"")]
    [InlineData("-", "time: invalid duration \"-\"")]
    [InlineData(".s", "time: invalid duration \".s\"")]
    [InlineData("5", "time: missing unit in duration \"5\"")]
    [InlineData("1m5", "time: missing unit in duration \"1m5\"")]
    [InlineData("5x", "time: unknown unit \"x\" in duration \"5x\"")]
    [InlineData("9999999999999h", "time: invalid duration \"9999999999999h\"")]
    public void What_is_none_is_refused_as_Go_does(string text, string why)
    {
        Assert.Null(GoDuration.Read(text, out var error));
        Assert.Equal(why, error);
    }
}
