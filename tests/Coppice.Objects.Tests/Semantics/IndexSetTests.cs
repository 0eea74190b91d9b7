namespace Coppice.Objects.Tests.Semantics;

public sealed class IndexSetTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("3,1,2,7", "1-3,7")]
    [InlineData("0,1", "0-1")]
    [InlineData("5,5", "5")]
    public void Is_written_in_ranges(string indexes, string text)
    {
        var set = IndexSet.Of(indexes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse));

        Assert.Equal(text, set.ToString());
        Assert.Equal(set.All, IndexSet.Read(text, 100).All);
        Assert.All(set.All, index => Assert.True(set.Contains(index)));
        Assert.False(set.Contains(4));
    }

    [Theory]
    [InlineData("1-2-3", "the fragment \"1-2-3\" violates the requirement that an index interval can have at most two parts separated by '-'")]
    [InlineData("a", "cannot convert string to integer for index: \"a\"")]
    [InlineData("0,10", "too large index: \"10\"")]
    [InlineData("3-1", "non-increasing order, previous: 3, current: 1")]
    [InlineData("3,2", "non-increasing order, previous: 3, current: 2")]
    public void What_makes_no_sense_is_refused(string text, string why)
    {
        Assert.False(IndexSet.TryParse(text, 10, out _, out var error));
        Assert.Equal(why, error);
    }

    [Fact]
    public void What_two_share_is_found() => Assert.Equal(4, IndexSet.Read("0-1,4-6", 10).Overlap(IndexSet.Read("2-4", 10)));
}
