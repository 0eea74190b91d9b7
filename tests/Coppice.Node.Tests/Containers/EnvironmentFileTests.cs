using Coppice.Node.Containers;

namespace Coppice.Node.Tests.Containers;

/// <summary>Variables that a container left in a file for another.</summary>
public sealed class EnvironmentFileTests
{
    [Theory]
    [InlineData("A='1'", "1")]
    [InlineData("# A='0'\n\n  A = '1' \nB='2'", "1")]
    [InlineData("A='x # y' # a comment\r\n", "x # y")]
    [InlineData("B='2'\nA='line1\nline2'", "line1\nline2")]
    [InlineData("A='$B \\n \"'", "$B \\n \"")]
    [InlineData("A='1'\nA='2'\n", "2")]
    [InlineData("B='A=3'", null)]
    [InlineData("# nothing", null)]
    [InlineData("", null)]
    public void Are_found_as_they_stand(string text, string? value) => Assert.Equal(value, EnvironmentFile.Find(text, "A"));

    [Theory]
    [InlineData("A=1")]
    [InlineData("A=\"1\"")]
    [InlineData("A='1''2'")]
    [InlineData("A='1'$B")]
    [InlineData("A='1")]
    [InlineData("A='1'#2")]
    [InlineData("A")]
    [InlineData("='1'")]
    [InlineData("export A='1'")]
    [InlineData("A='1'\nB=2")]
    public void What_a_shell_might_read_otherwise_is_refused(string text) => Assert.Throws<FormatException>(() => EnvironmentFile.Find(text, "A"));
}
