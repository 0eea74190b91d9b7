using System.Text;
using Coppice.ApiServer.Proxying;

namespace Coppice.ApiServer.Tests.Proxying;

public sealed class HtmlLinksTests
{
    [Theory]
    [InlineData("<a href=\"/x\">y</a>", "<a href=\"P/x\">y</a>")]
    [InlineData("<A  class='c' HREF = '/x?a=b&amp;c=d' >", "<A  class='c' HREF = 'P/x?a=b&amp;c=d' >")]
    [InlineData("<img src=/x.png alt=/y>", "<img src=P/x.png alt=/y>")]
    [InlineData("<form action=/do><input formaction='/o' value='/v'></form>", "<form action=P/do><input formaction='P/o' value='/v'></form>")]
    [InlineData("<a title='a > b' href='/x'>", "<a title='a > b' href='P/x'>")]
    [InlineData("<a data-href='/x' href=''>", "<a data-href='/x' href=''>")]
    [InlineData("<script src='/s.js'>if (a<b) t = \"<a href='/x'>\";</script><a href='/z'>", "<script src='P/s.js'>if (a<b) t = \"<a href='/x'>\";</script><a href='P/z'>")]
    [InlineData("<!-- <a href='/x'> --><a href='/y'>", "<!-- <a href='/x'> --><a href='P/y'>")]
    [InlineData("1 < 2 <3> </a> <!doctype html><p class='/x'>", "1 < 2 <3> </a> <!doctype html><p class='/x'>")]
    [InlineData("<p it's>it's <a href='/x'>", "<p it's>it's <a href='P/x'>")]
    [InlineData("<a href='/x", "<a href='/x")]
    [InlineData("<title><a href='/x'></title>\u00e4\u00df", "<title><a href='/x'></title>\u00e4\u00df")]
    public async Task Links_in_tags_are_turned_round_however_the_page_comes_in_pieces(string page, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(page);
        foreach (var size in (int[])[1, 2, 3, 5, 7, bytes.Length])
        {
            var result = new MemoryStream();
            await new HtmlLinks(link => link.StartsWith('/') ? "P" + link : link).PassAsync(new InPieces(bytes, size), result, default);
            Assert.Equal(expected, Encoding.UTF8.GetString(result.ToArray()));
        }
    }

    /// <summary>Gives a few bytes at a time, as a slow network does.</summary>
    private sealed class InPieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], stop);
    }
}
