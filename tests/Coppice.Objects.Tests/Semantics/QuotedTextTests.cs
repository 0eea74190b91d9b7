namespace Coppice.Objects.Tests.Semantics;

public sealed class QuotedTextTests
{
    [Theory]
    [InlineData("plain ünd 時", "\"plain ünd 時\"")]
    [InlineData("\"a\\b\"\r\n\t", @"""\""a\\b\""\r\n\t""")]
    [InlineData("\u0015\u0003\u007f", @"""\x15\x03\x7f""")]
    [InlineData("a\u00a0b\u200b", @"""a\u00a0b\u200b""")]
    public void Text_is_quoted_as_Go_does_and_so_are_its_bytes(string text, string quoted)
    {
        Assert.Equal(quoted, QuotedText.Of(text));
        Assert.Equal(quoted, QuotedText.Of(System.Text.Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_written_one_by_one() =>
        Assert.Equal(@"""\xffü\xc3(\xe2\x82""", QuotedText.Of([0xff, 0xc3, 0xbc, 0xc3, 0x28, 0xe2, 0x82]));
}
