using Coppice.Node.Runtime.Grpc;

namespace Coppice.Node.Tests.Runtime;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData(-1, "0m")]
    [InlineData(0, "0m")]
    [InlineData(10, "10000m")]
    [InlineData(99_999, "99999000m")]
    [InlineData(100_000, "100000S")]
    [InlineData(99_999_999, "99999999S")]
    [InlineData(100_000_000, "1666667M")]
    [InlineData(922_337_203_685, "99999999H")]
    public void A_calls_time_has_eight_digits_at_most_and_is_never_shorter(double seconds, string header) =>
        Assert.Equal(header, GrpcTimeout.Write(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Part_of_a_millisecond_counts_as_one() => Assert.Equal("1m", GrpcTimeout.Write(TimeSpan.FromTicks(1)));
}
