namespace Coppice.Objects.Tests;

public sealed class HostPortTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1:443")]
    [InlineData("example.com", "example.com:443")]
    [InlineData("fd00::1", "[fd00::1]:443")]
    public void An_address_of_IPv6_has_brackets(string host, string expected) => Assert.Equal(expected, HostPort.Of(host, 443));
}
