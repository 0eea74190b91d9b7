using System.Net.Http.Headers;
using Coppice.ApiServer.Authentication;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>Who shows nothing, or something that is not good, learns nothing but health and version.</summary>
public sealed class CredentialTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Fact]
    public async Task Nobody_in_particular_sees_health_and_version_only()
    {
        using var nobody = api.ClientOf(null);
        Assert.Equal(200, (int)(await nobody.GetAsync("/version")).StatusCode);
        Assert.Equal(200, (int)(await nobody.GetAsync("/healthz")).StatusCode);
        Assert.Equal("Unauthorized", await RefusedAsync(nobody, "/api/v1/namespaces"));
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_not_accepted()
    {
        using var other = CertificateAuthority.Create(TimeProvider.System);
        using var stranger = api.ClientOf(other.IssueClient("admin", "system:masters"));
        Assert.Equal("Unauthorized", await RefusedAsync(stranger, "/api/v1/namespaces"));
    }

    [Theory]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer ")]
    [InlineData("Basic YTpi")]
    public async Task A_token_that_is_none_is_not_accepted(string authorization)
    {
        using var client = api.ClientOf(null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        Assert.Equal("Unauthorized", await RefusedAsync(client, "/api/v1/namespaces"));
    }

    [Fact]
    public async Task A_token_ends_with_its_account()
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/serviceaccounts", """{"metadata":{"name":"a"}}""")).Good();
        var answer = (await api.PostAsync($"{space}/serviceaccounts/a/token", "{}")).Good();
        using var client = api.ClientOf(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)answer.Body!["status"]!["token"]!);
        Assert.Equal(200, (int)(await client.GetAsync("/api/v1")).StatusCode);

        await api.SendAsync("DELETE", $"{space}/serviceaccounts/a");
        Assert.Equal("Unauthorized", await RefusedAsync(client, "/api/v1"));
    }

    [Fact]
    public async Task Who_is_known_but_has_no_right_is_told_what_is_missing()
    {
        using var jane = api.ClientOf(api.Issue("jane", "people"));
        var answer = await Answer.OfAsync(await jane.GetAsync("/api/v1/namespaces/default/pods"));
        Assert.Equal(
            "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"",
            answer.Refused(403, "Forbidden"));
    }

    private static async Task<string> RefusedAsync(HttpClient client, string path) => (await Answer.OfAsync(await client.GetAsync(path))).Refused(401, "Unauthorized");
}
