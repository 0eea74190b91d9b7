using Coppice.ApiServer.Ownership;
using Xunit;

namespace Coppice.ApiServer.Tests.Ownership;

/// <summary>Where elements stand when an applied list is merged into one that is there.</summary>
public sealed class ListOrderTests
{
    [Theory]
    [InlineData("", "abc", "abc")]
    [InlineData("abc", "", "abc")]
    [InlineData("abc", "abc", "abc")]
    [InlineData("abc", "cba", "cba")]
    [InlineData("abc", "d", "abcd")]
    [InlineData("abc", "b", "abc")]
    [InlineData("abc", "ca", "bca")]
    [InlineData("abcd", "cb", "acdb")]
    [InlineData("abcde", "da", "bcdea")]
    [InlineData("ab", "xby", "axby")]
    [InlineData("abcd", "ac", "abcd")]
    [InlineData("bcd", "abcde", "abcde")]
    [InlineData("aab", "a", "ab")]
    public void What_is_applied_keeps_its_order_and_what_else_is_there_keeps_its_place(string live, string applied, string merged)
    {
        var (before, after) = (Steps(live), Steps(applied));
        var order = ListOrder.Of(before, after).Select(place => place.Applied is { } at ? after[at] : before[place.Live!.Value]);
        Assert.Equal(merged, string.Concat(order.Select(step => step.Text)));
    }

    private static IReadOnlyList<PathElement> Steps(string text) => [.. text.Select(one => PathElement.Field($"{one}"))];
}
