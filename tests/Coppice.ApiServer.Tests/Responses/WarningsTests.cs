using Coppice.ApiServer.Responses;

namespace Coppice.ApiServer.Tests.Responses;

public sealed class WarningsTests
{
    [Fact]
    public void What_is_short_together_stays_whole() =>
        Assert.Equal([new string('a', 3000), "b"], Warnings.Fit([new string('a', 3000), "b", "b", ""]));

    [Fact]
    public void What_is_long_together_is_cut_each_by_itself_and_then_left_out()
    {
        var fitting = Warnings.Fit(Enumerable.Range(0, 1000).Select(i => $"{i:0000}{new string('ñ', 5000)}")).ToList();
        Assert.Equal(16, fitting.Count);
        Assert.All(fitting, text => Assert.Equal(256, text.Length));
        Assert.StartsWith("0015", fitting[^1]);
    }

    [Fact]
    public void A_character_of_two_halves_is_not_cut_in_two() =>
        Assert.Equal(string.Concat(Enumerable.Repeat("🌳", 256)), Warnings.Fit([string.Concat(Enumerable.Repeat("🌳", 5000))]).Single());

    [Fact]
    public void Half_a_character_is_left_out() => Assert.Equal(["good"], Warnings.Fit([$"half {'\ud83c'}", "good"]));

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("bell \a")]
    public void What_no_header_can_hold_is_left_out(string text) => Assert.Equal(["good"], Warnings.Fit([text, "good"]));
}
