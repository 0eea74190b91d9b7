using System.Net;
using System.Net.Http.Headers;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.OpenApi;

/// <summary>The descriptions of the API over HTTP: in which form, and what clients may keep of them.</summary>
public sealed class DocumentFormTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Json = "application/json";
    private const string Protobuf2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    private const string Protobuf3 = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";
    private const string OldProtobuf3 = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf";
    private const string Version2 = "/openapi/v2";
    private const string Apps = "/openapi/v3/apis/apps/v1";

    [Theory]
    [InlineData(Apps, null, Json)]
    [InlineData(Apps, "*/*", Json)]
    [InlineData(Apps, "application/*", Json)]
    [InlineData(Apps, "application/test, */*", Json)]
    [InlineData(Apps, Protobuf3, Protobuf3)]
    [InlineData(Apps, OldProtobuf3, Protobuf3)]
    [InlineData(Apps, OldProtobuf3 + ", application/json", Protobuf3)]
    [InlineData(Apps, OldProtobuf3 + "; q=0.5, application/json", Json)]
    [InlineData(Apps, "application/json, " + Protobuf3, Json)]
    [InlineData(Version2, Protobuf2 + "; q=0.5, application/json", Json)]
    [InlineData(Version2, Protobuf2, Protobuf2)]
    [InlineData("/openapi/v3", "text/html", Json)]
    public async Task A_client_gets_the_form_that_it_wants_most(string path, string? accept, string type)
    {
        using var answer = await AskAsync(path, accept);
        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
        Assert.NotEmpty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(Apps, "test/test")]
    [InlineData(Apps, Protobuf2)]
    [InlineData(Version2, "application/test")]
    public async Task Who_takes_no_form_of_it_is_told_nothing_but_that(string path, string accept)
    {
        using var answer = await AskAsync(path, accept);
        Assert.Equal((HttpStatusCode.NotAcceptable, ""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData(Json)]
    [InlineData(Protobuf3)]
    public async Task Who_asks_by_an_old_hash_is_sent_to_the_present_one(string accept)
    {
        var current = await AddressAsync();
        using var moved = await AskAsync($"{Apps}?hash=0123", accept);
        Assert.Equal(HttpStatusCode.MovedPermanently, moved.StatusCode);
        Assert.Equal(current, moved.Headers.Location!.OriginalString);
        Assert.Null(moved.Headers.CacheControl);
        Assert.Equal("", await moved.Content.ReadAsStringAsync());

        using var found = await AskAsync(current, accept);
        Assert.Equal((HttpStatusCode.OK, accept), (found.StatusCode, found.Content.Headers.ContentType!.ToString()));
        Assert.Equal("public, immutable", found.Headers.GetValues("Cache-Control").Single());
        var days = (found.Content.Headers.Expires!.Value - TimeProvider.System.GetUtcNow()).TotalDays;
        Assert.InRange(days, 364, 367);
    }

    [Fact]
    public async Task Who_asks_by_no_hash_may_keep_nothing_unasked()
    {
        using var answer = await AskAsync($"{Apps}?hash=", Json);
        Assert.Equal((HttpStatusCode.OK, null, null), (answer.StatusCode, answer.Headers.CacheControl, answer.Content.Headers.Expires));
    }

    [Theory]
    [InlineData(Json)]
    [InlineData(Protobuf3)]
    public async Task What_a_client_has_is_not_sent_again(string accept)
    {
        using var first = await AskAsync(Apps, accept);
        using var again = await AskAsync(Apps, accept, first.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(first.Headers.ETag, again.Headers.ETag);
        Assert.Contains("Accept", again.Headers.Vary);
    }

    private async Task<string> AddressAsync() =>
        (string)(await api.GetAsync("/openapi/v3")).Good().Body!["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!;

    private async Task<HttpResponseMessage> AskAsync(string path, string? accept, EntityTagHeaderValue? known = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        if (known is not null)
        {
            request.Headers.IfNoneMatch.Add(known);
        }

        return await api.Admin.SendAsync(request);
    }
}
