using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>Tokens of service accounts: what they may be bound to, for whom they are, and when they end.</summary>
public sealed class TokenTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Prefix = "authentication.kubernetes.io/";

    [Fact]
    public async Task A_token_ends_with_the_pod_that_it_was_made_for_and_tells_where_that_runs()
    {
        var space = await SpaceAsync();
        var node = await NewNodeAsync();
        (await api.PostAsync($"{space}/pods", $$$$"""{"metadata":{"name":"p"},"spec":{"nodeName":"{{{{node}}}}","containers":[{"name":"c","image":"i"}]}}""")).Good();
        var token = await TokenAsync(space, """{"kind":"Pod","apiVersion":"v1","name":"p"}""");
        var extra = (await ReviewAsync(token))["user"]!["extra"]!;
        Assert.Equal(
            ["credential-id", "node-name", "node-uid", "pod-name", "pod-uid"],
            extra.AsObject().Select(entry => entry.Key[Prefix.Length..]));
        Assert.Equal("p", (string?)extra[Prefix + "pod-name"]![0]);
        Assert.Equal(node, (string?)extra[Prefix + "node-name"]![0]);
        Assert.StartsWith("JTI=", (string?)extra[Prefix + "credential-id"]![0]);
        Assert.Equal(extra.ToJsonString(), (await WhoAmIAsync(token))["extra"]!.ToJsonString());

        await EndsAsync(token, $"{space}/pods/p", "service account token has been invalidated");
    }

    [Fact]
    public async Task A_token_ends_with_the_secret_that_it_was_made_for()
    {
        var space = await SpaceAsync();
        (await api.PostAsync($"{space}/secrets", """{"metadata":{"name":"s"}}""")).Good();
        await EndsAsync(
            await TokenAsync(space, """{"kind":"Secret","apiVersion":"v1","name":"s"}"""), $"{space}/secrets/s", "service account token has been invalidated");
    }

    [Fact]
    public async Task A_token_ends_with_the_node_that_it_was_made_for()
    {
        var space = await SpaceAsync();
        var node = await NewNodeAsync();
        var token = await TokenAsync(space, $$"""{"kind":"Node","apiVersion":"v1","name":"{{node}}"}""");
        Assert.Equal(node, (string?)(await WhoAmIAsync(token))["extra"]![Prefix + "node-name"]![0]);
        await EndsAsync(token, $"/api/v1/nodes/{node}", "service account token has been invalidated");
    }

    [Theory]
    [InlineData("{}", "cannot bind token to object of type /, Kind=")]
    [InlineData("""{"kind":"ConfigMap","apiVersion":"v1","name":"c"}""", "cannot bind token to object of type /v1, Kind=ConfigMap")]
    [InlineData("""{"kind":"Pod","apiVersion":"apps/v1","name":"p"}""", "cannot bind token to object of type apps/v1, Kind=Pod")]
    [InlineData("""{"kind":"Pod","apiVersion":"a/b/c","name":"p"}""", "pods \"p\" not found", 404, "NotFound")]
    [InlineData("""{"kind":"Pod"}""", "Name parameter required.")]
    [InlineData("""{"kind":"Secret","apiVersion":"v1","name":"none"}""", "secrets \"none\" not found", 404, "NotFound")]
    [InlineData("""{"kind":"Node","apiVersion":"v1","name":"none"}""", "nodes \"none\" not found", 404, "NotFound")]
    public async Task What_a_token_cannot_be_bound_to_is_refused(string reference, string message, int code = 400, string reason = "BadRequest")
    {
        var space = await SpaceAsync();
        var answer = await api.PostAsync($"{space}/serviceaccounts/default/token", $$$"""{"spec":{"boundObjectRef":{{{reference}}}}}""");
        Assert.Equal(message, answer.Refused(code, reason));
    }

    [Fact]
    public async Task A_token_is_bound_to_the_object_of_its_uid_and_to_a_pod_of_its_account()
    {
        var space = await SpaceAsync();
        (await api.PostAsync($"{space}/serviceaccounts", """{"metadata":{"name":"other"}}""")).Good();
        (await api.PostAsync($"{space}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""")).Good();
        var conflict = await api.PostAsync($"{space}/serviceaccounts/default/token", """{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p","uid":"1"}}}""");
        Assert.Equal(
            "Operation cannot be fulfilled on Pod \"p\": the UID in the bound object reference (1) does not match the UID in record. The object might have been deleted and then recreated",
            conflict.Refused(409, "Conflict"));
        var other = await api.PostAsync($"{space}/serviceaccounts/other/token", """{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}}""");
        Assert.Equal(
            "cannot bind token for serviceaccount \"other\" to pod running with different serviceaccount name.", other.Refused(400, "BadRequest"));
    }

    [Theory]
    [InlineData("""{"spec":{"expirationSeconds":599}}""", "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes")]
    [InlineData("""{"spec":{"expirationSeconds":4294967297}}""", "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds")]
    [InlineData("""{"metadata":{"name":"x"}}""", "TokenRequest.authentication.k8s.io \"default\" is invalid: metadata.name: Invalid value: \"x\": must match the service account name if specified")]
    [InlineData("""{"metadata":{"namespace":"x"}}""", "TokenRequest.authentication.k8s.io \"default\" is invalid: metadata.namespace: Invalid value: \"x\": must match the service account namespace if specified")]
    public async Task A_request_that_cannot_be_is_refused(string body, string message) =>
        Assert.Equal(message, (await api.PostAsync($"{await SpaceAsync()}/serviceaccounts/default/token", body)).Refused(422, "Invalid"));

    [Theory]
    [InlineData("""["x"]""", """["x"]""", """["x"]""")]
    [InlineData("""["x","y"]""", """["y","z","x"]""", """["x","y"]""")]
    [InlineData("[]", """["https://kubernetes.default.svc.cluster.local"]""", """["https://kubernetes.default.svc.cluster.local"]""")]
    [InlineData("[]", "[]", """["https://kubernetes.default.svc.cluster.local"]""")]
    public async Task A_token_is_good_for_those_it_is_meant_for(string meant, string asked, string common)
    {
        var status = await ReviewAsync(await TokenAsync(await SpaceAsync(), "null", meant), asked);
        Assert.True((bool?)status["authenticated"]);
        Assert.Equal(common, status["audiences"]!.ToJsonString());
    }

    [Theory]
    [InlineData("[]", """["zz"]""", "[invalid bearer token, token audiences [\"https://kubernetes.default.svc.cluster.local\"] is invalid for the target audiences [\"zz\"]]")]
    [InlineData("""["x"]""", "[]", "[invalid bearer token, token audiences [\"x\"] is invalid for the target audiences [\"https://kubernetes.default.svc.cluster.local\"]]")]
    public async Task And_for_nobody_else(string meant, string asked, string error)
    {
        var status = await ReviewAsync(await TokenAsync(await SpaceAsync(), "null", meant), asked);
        Assert.Null(status["authenticated"]);
        Assert.Null(status["user"]!["username"]);
        Assert.Equal(error, (string?)status["error"]);
    }

    [Fact]
    public async Task A_known_token_is_for_this_server_alone()
    {
        Assert.Equal("operator", (string?)(await ReviewAsync("known"))["user"]!["username"]);
        Assert.Equal("invalid bearer token", (string?)(await ReviewAsync("known", """["zz"]"""))["error"]);
        Assert.Equal("invalid bearer token", (string?)(await ReviewAsync("nonsense"))["error"]);
    }

    [Theory]
    [InlineData("exp", -59, null)]
    [InlineData("exp", -62, "service account token has expired")]
    [InlineData("nbf", 58, null)]
    [InlineData("nbf", 62, "service account token is not valid yet")]
    [InlineData("iat", 58, null)]
    [InlineData("iat", 62, "service account token is issued in the future")]
    public async Task The_clocks_of_others_may_be_a_minute_off(string claim, int seconds, string? error)
    {
        var claims = await ClaimsAsync();
        claims[claim] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + seconds;
        var status = await ReviewAsync(api.Tokens.Sign(claims));
        Assert.Equal(error is null ? null : $"[invalid bearer token, {error}]", (string?)status["error"]);
    }

    [Theory]
    [InlineData("exp")]
    [InlineData("iss")]
    [InlineData("aud")]
    [InlineData("kubernetes.io")]
    [InlineData("kubernetes.io", "namespace")]
    [InlineData("kubernetes.io", "serviceaccount")]
    [InlineData("kubernetes.io", "serviceaccount", "name")]
    [InlineData("kubernetes.io", "serviceaccount", "uid")]
    public async Task A_token_that_does_not_say_what_it_must_is_none(params string[] path)
    {
        foreach (var wrong in (JsonNode?[])[null, 7.5, "", new JsonArray((JsonNode?)null), new JsonObject()])
        {
            var claims = await ClaimsAsync();
            var parent = path[..^1].Aggregate((JsonNode)claims, (node, name) => node[name]!);
            parent[path[^1]] = wrong?.DeepClone();
            Assert.Null((await ReviewAsync(api.Tokens.Sign(claims)))["authenticated"]);
        }
    }

    /// <summary>Those of a good token, to be spoilt.</summary>
    private async Task<JsonObject> ClaimsAsync()
    {
        var space = await SpaceAsync();
        var token = await TokenAsync(space, "null");
        return JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]))!.AsObject();
    }

    private async Task EndsAsync(string token, string path, string error)
    {
        Assert.True((bool?)(await ReviewAsync(token))["authenticated"]);
        Assert.True((await api.SendAsync("DELETE", path + "?gracePeriodSeconds=0")).Code == 200);
        Assert.Equal($"[invalid bearer token, {error}]", (string?)(await ReviewAsync(token))["error"]);
    }

    private Task<string> SpaceAsync() => api.NewNamespaceAsync();

    private async Task<string> NewNodeAsync()
    {
        var node = (await api.PostAsync("/api/v1/nodes", """{"metadata":{"generateName":"node-"}}""")).Good();
        return (string)node.Body!["metadata"]!["name"]!;
    }

    private async Task<string> TokenAsync(string space, string reference, string audiences = "[]")
    {
        var answer = await api.PostAsync(
            $"{space}/serviceaccounts/default/token", $$$"""{"spec":{"boundObjectRef":{{{reference}}},"audiences":{{{audiences}}}}}""");
        return (string)answer.Good().Body!["status"]!["token"]!;
    }

    private async Task<JsonNode> ReviewAsync(string token, string audiences = "[]") => (await api.PostAsync(
        "/apis/authentication.k8s.io/v1/tokenreviews", $$$"""{"spec":{"token":"{{{token}}}","audiences":{{{audiences}}}}}""")).Good().Body!["status"]!;

    private async Task<JsonNode> WhoAmIAsync(string token)
    {
        using var client = api.ClientOf(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var asked = new StringContent("{}", new MediaTypeHeaderValue("application/json"));
        using var response = await client.PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", asked);
        return (await Answer.OfAsync(response)).Good().Body!["status"]!["userInfo"]!;
    }
}
