using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Tests.Authentication;

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
        Assert.Equal(
            "namespaces is forbidden: User \"system:anonymous\" cannot list resource \"namespaces\" in API group \"\" at the cluster scope",
            (await Answer.OfAsync(await nobody.GetAsync("/api/v1/namespaces"))).Refused(403, "Forbidden"));
        Assert.Equal(
            "forbidden: User \"system:anonymous\" cannot get path \"/metrics\"",
            (await Answer.OfAsync(await nobody.GetAsync("/metrics"))).Refused(403, "Forbidden"));
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
    public async Task A_token_that_has_expired_is_not_accepted()
    {
        var space = await api.NewNamespaceAsync();
        var account = (await api.PostAsync($"{space}/serviceaccounts", """{"metadata":{"name":"a"}}""")).Good();
        var subject = new TokenSubject(space.Split('/')[^1], "a", (string)account.Body!["metadata"]!["uid"]!);
        Assert.Equal(200, await CodeWithAsync("/api/v1", Token(TimeSpan.FromHours(1))));
        Assert.Equal(401, await CodeWithAsync("/api/v1", Token(TimeSpan.FromSeconds(-61))));

        string Token(TimeSpan left) => api.Tokens.Sign(Claims(subject), TimeProvider.System.GetUtcNow() + left);
    }

    [Fact]
    public async Task A_token_for_somebody_else_or_of_another_cluster_is_not_accepted()
    {
        var space = await api.NewNamespaceAsync();
        var account = (await api.PostAsync($"{space}/serviceaccounts", """{"metadata":{"name":"a"}}""")).Good();
        var subject = new TokenSubject(space.Split('/')[^1], "a", (string)account.Body!["metadata"]!["uid"]!);
        var later = TimeProvider.System.GetUtcNow().AddHours(1);
        using var others = new ServiceAccountTokens(TokenKey.CreatePem(), TimeProvider.System);
        Assert.Equal(401, await CodeWithAsync("/api/v1", api.Tokens.Sign(Claims(subject) with { Audiences = ["vault"] }, later)));
        Assert.Equal(401, await CodeWithAsync("/api/v1", others.Sign(Claims(subject), later)));
        Assert.Equal(401, await CodeWithAsync("/api/v1", api.Tokens.Sign(Claims(subject with { Uid = "other" }), later)));
        Assert.Equal(401, await CodeWithAsync("/api/v1", api.Tokens.Sign(Claims(subject) with { Pod = new("gone", "1") }, later)));
    }

    [Fact]
    public async Task A_certificate_that_is_out_of_date_or_meant_for_servers_is_not_accepted()
    {
        var twoYearsAgo = new FixedTime(TimeProvider.System.GetUtcNow().AddYears(-2));
        using var late = api.ClientOf(api.IssueAt(twoYearsAgo, "admin", "system:masters"));
        Assert.Equal("Unauthorized", await RefusedAsync(late, "/api/v1/namespaces"));
        using var server = api.ClientOf(api.IssueServer());
        Assert.Equal("Unauthorized", await RefusedAsync(server, "/api/v1/namespaces"));
    }

    [Fact]
    public async Task A_certificate_may_have_several_parts_in_one_place_of_its_subject()
    {
        using var jane = api.ClientOf(api.Issue(CertificateSubjectTests.Of([("2.5.4.3", "jane"), ("2.5.4.10", "people")], [("2.5.4.10", "système")])));
        var user = await WhoAmIAsync(jane);
        Assert.Equal("jane", (string?)user["username"]);
        Assert.Equal(["people", "système", "system:authenticated"], user["groups"]!.AsArray().Select(group => (string?)group));
        Assert.StartsWith("X509SHA256=", (string?)user["extra"]!["authentication.kubernetes.io/credential-id"]![0]);
    }

    [Fact]
    public async Task A_certificate_without_a_name_is_nobody_s()
    {
        using var nobody = api.ClientOf(api.Issue(CertificateSubjectTests.Of([("2.5.4.3", ""), ("2.5.4.10", "system:masters")])));
        Assert.Equal("Unauthorized", await RefusedAsync(nobody, "/api/v1/namespaces"));
    }

    [Fact]
    public async Task A_known_token_speaks_for_its_owner_also_beside_a_certificate_that_is_not_good()
    {
        Assert.Equal(200, await CodeWithAsync("/api/v1/namespaces", "known"));
        Assert.Equal(401, await CodeWithAsync("/api/v1/namespaces", "knowing"));
        using var other = CertificateAuthority.Create(TimeProvider.System);
        using var stranger = api.ClientOf(other.IssueClient("admin", "system:masters"));
        stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "known");
        Assert.Equal(200, (int)(await stranger.GetAsync("/api/v1/namespaces")).StatusCode);
    }

    [Theory]
    [InlineData("GET", "/api/v1/nodes", "nodes is forbidden: User \"jane\" cannot list resource \"nodes\" in API group \"\" at the cluster scope")]
    [InlineData("GET", "/apis/apps/v1/namespaces/a/deployments/d", "deployments.apps \"d\" is forbidden: User \"jane\" cannot get resource \"deployments\" in API group \"apps\" in the namespace \"a\"")]
    [InlineData("GET", "/api/v1/namespaces/a/pods/p/log", "pods \"p\" is forbidden: User \"jane\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"a\"")]
    [InlineData("DELETE", "/api/v1/namespaces/a/pods", "pods is forbidden: User \"jane\" cannot deletecollection resource \"pods\" in API group \"\" in the namespace \"a\"")]
    [InlineData("GET", "/api/v1/pods?watch=1", "pods is forbidden: User \"jane\" cannot watch resource \"pods\" in API group \"\" at the cluster scope")]
    [InlineData("GET", "/metrics", "forbidden: User \"jane\" cannot get path \"/metrics\"")]
    public async Task What_is_not_allowed_is_refused_in_Kubernetes_words(string method, string path, string message)
    {
        using var jane = api.ClientOf(api.Issue("jane", "people"));
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        Assert.Equal(message, (await Answer.OfAsync(await jane.SendAsync(request))).Refused(403, "Forbidden"));
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

    private static TokenClaims Claims(TokenSubject subject) => new(subject, [ServiceAccountTokens.Issuer]);

    private async Task<int> CodeWithAsync(string path, string token)
    {
        using var client = api.ClientOf(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (int)(await client.GetAsync(path)).StatusCode;
    }

    private static async Task<JsonNode> WhoAmIAsync(HttpClient client)
    {
        using var asked = new StringContent("{}", new MediaTypeHeaderValue("application/json"));
        using var response = await client.PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", asked);
        return (await Answer.OfAsync(response)).Good().Body!["status"]!["userInfo"]!;
    }

    private static async Task<string> RefusedAsync(HttpClient client, string path) => (await Answer.OfAsync(await client.GetAsync(path))).Refused(401, "Unauthorized");
}
