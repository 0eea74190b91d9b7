using Coppice.ApiServer.Tables;
using Xunit;

namespace Coppice.ApiServer.Tests.Tables;

public sealed class HumanDurationTests
{
    [Theory]
    [InlineData(-2, "<invalid>")]
    [InlineData(-1, "0s")]
    [InlineData(0, "0s")]
    [InlineData(5, "5s")]
    [InlineData(90, "90s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(418, "6m58s")]
    [InlineData(27 * 60, "27m")]
    [InlineData(179 * 60 + 59, "179m")]
    [InlineData(3 * 3600, "3h")]
    [InlineData(6 * 3600 + 51 * 60, "6h51m")]
    [InlineData(47 * 3600, "47h")]
    [InlineData(48 * 3600, "2d")]
    [InlineData(76 * 3600, "3d4h")]
    [InlineData(9 * 86400, "9d")]
    [InlineData(729L * 86400, "729d")]
    [InlineData(730L * 86400, "2y")]
    [InlineData(765L * 86400, "2y35d")]
    [InlineData(9 * 365L * 86400, "9y")]
    public void A_duration_is_written_as_kubectl_users_know_it(long seconds, string text) =>
        Assert.Equal(text, HumanDuration.Of(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Without_a_time_the_age_is_unknown() => Assert.Equal("<unknown>", HumanDuration.Since(null, DateTimeOffset.UnixEpoch));
}
