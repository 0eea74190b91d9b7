using Coppice.ApiServer.Authentication;

namespace Coppice.ApiServer.Tests.Authentication;

/// <summary>The file of static tokens, as Kubernetes reads it.</summary>
public sealed class TokenFileTests
{
    [Theory]
    [InlineData("t,jane,1", "jane 1 system:authenticated")]
    [InlineData("t,jane,1,people", "jane 1 people system:authenticated")]
    [InlineData("t,jane,1,\"people,others\"", "jane 1 people others system:authenticated")]
    [InlineData("t, jane,,\"\"", "jane - system:authenticated")]
    [InlineData("t,\"jane, \"\"the boss\"\"\",1\r", "jane, \"the boss\" 1 system:authenticated")]
    [InlineData("\nt,joe,1\n\nt,jane,2,people,more\n", "jane 2 people system:authenticated")]
    public void A_line_is_a_token_with_its_user_uid_and_groups(string text, string user)
    {
        var found = TokenFile.Parse(text, "tokens.csv")["t"];
        Assert.Equal(user, $"{found.Username} {found.Uid ?? "-"} {string.Join(' ', found.Groups)}");
    }

    [Fact]
    public void A_token_that_is_empty_is_nobody_s() => Assert.Empty(TokenFile.Parse(",jane,1", "tokens.csv"));

    [Theory]
    [InlineData("t,jane", "token file 'tokens.csv' must have at least 3 columns (token, user name, user uid), found 2")]
    [InlineData("t,jane,1\nu,\"joe,1", "line 2 of tokens.csv has a quote that does not end")]
    public void A_line_that_is_none_is_refused(string text, string why) =>
        Assert.Equal(why, Assert.Throws<FormatException>(() => TokenFile.Parse(text, "tokens.csv")).Message);
}
