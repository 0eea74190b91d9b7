using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>Large answers come compressed to those who take gzip; all others as they are.</summary>
public sealed class CompressionTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Theory]
    [InlineData("application/json", "gzip")]
    [InlineData("application/json", "deflate, gzip")]
    [InlineData("application/json;as=Table;v=v1;g=meta.k8s.io", "gzip")]
    public async Task A_large_list_is_compressed(string accept, string encoding)
    {
        var space = await FilledAsync(300);
        using var response = await GetAsync($"{space}/configmaps", accept, encoding);
        Assert.Equal("gzip", Assert.Single(response.Content.Headers.ContentEncoding));
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
        await using var unpacked = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        var body = await JsonNode.ParseAsync(unpacked);
        Assert.Equal(300, (body!["items"] ?? body["rows"])!.AsArray().Count);
    }

    [Theory]
    [InlineData("configmaps", "identity")]
    [InlineData("configmaps", "gzip;q=0")]
    [InlineData("configmaps?limit=2", "gzip")]
    public async Task A_small_list_and_one_for_somebody_else_is_not(string path, string encoding)
    {
        var space = await FilledAsync(300);
        using var response = await GetAsync($"{space}/{path}", "application/json", encoding);
        Assert.Empty(response.Content.Headers.ContentEncoding);
        var body = JsonNode.Parse(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(path.Contains("limit", StringComparison.Ordinal) ? 2 : 300, body!["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_large_object_is_compressed_too()
    {
        var space = await api.NewNamespaceAsync();
        var value = new string('x', 200_000);
        (await api.PostAsync($"{space}/configmaps", $$$$"""{"metadata":{"name":"a"},"data":{"a":"{{{{value}}}}"}}""")).Good();
        using var response = await GetAsync($"{space}/configmaps/a", "application/json", "gzip");
        await using var unpacked = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        Assert.Equal(value, (string?)(await JsonNode.ParseAsync(unpacked))!["data"]!["a"]);
    }

    private async Task<string> FilledAsync(int count)
    {
        var space = await api.NewNamespaceAsync();
        var text = new string('x', 500);
        for (var i = 0; i < count; i++)
        {
            (await api.PostAsync($"{space}/configmaps", $$$$"""{"metadata":{"name":"c{{{{i}}}}","annotations":{"note":"{{{{text}}}}"}}}""")).Good();
        }

        return space;
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string accept, string encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
        return await api.Admin.SendAsync(request);
    }
}
