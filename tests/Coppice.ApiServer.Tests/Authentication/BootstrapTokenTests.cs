using System.Net.Http.Headers;
using System.Text;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Authentication;

/// <summary>Tokens that are neither a service account's nor made by us: those by which machines join, and those of a file.</summary>
public sealed class BootstrapTokenTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string WhoAmI = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    private static int _ids;

    [Fact]
    public async Task A_machine_joins_by_a_token_that_is_a_secret()
    {
        var token = await TokenAsync(("auth-extra-groups", "system:bootstrappers:worker,system:bootstrappers:kubeadm:default-node-token"));
        using var machine = Client(token);
        var user = (await ServedApi.SendAsync(machine, "POST", WhoAmI, "{}")).Good().Body!["status"]!["userInfo"]!;
        Assert.Equal($"system:bootstrap:{token[..6]}", (string?)user["username"]);
        Assert.Equal(
            ["system:bootstrappers", "system:bootstrappers:kubeadm:default-node-token", "system:bootstrappers:worker", "system:authenticated"],
            user["groups"]!.AsArray().Select(group => (string?)group));

        await api.SendAsync("DELETE", $"/api/v1/namespaces/kube-system/secrets/bootstrap-token-{token[..6]}");
        (await ServedApi.SendAsync(machine, "POST", WhoAmI, "{}")).Refused(401, "Unauthorized");
    }

    [Theory]
    [InlineData("token-secret", "0123456789abcdeX")]
    [InlineData("token-id", "zzzzzz")]
    [InlineData("usage-bootstrap-authentication", "false")]
    [InlineData("usage-bootstrap-authentication", "")]
    [InlineData("auth-extra-groups", "system:masters")]
    [InlineData("auth-extra-groups", "system:bootstrappers:a,system:masters")]
    [InlineData("expiration", "2020-01-01T00:00:00Z")]
    [InlineData("expiration", "soon")]
    public async Task A_token_is_not_good_for(string key, string value)
    {
        using var machine = Client(await TokenAsync((key, value)));
        (await ServedApi.SendAsync(machine, "POST", WhoAmI, "{}")).Refused(401, "Unauthorized");
    }

    [Fact]
    public async Task A_secret_of_another_type_or_place_is_no_token()
    {
        using var other = Client(await TokenAsync("Opaque", "kube-system"));
        (await ServedApi.SendAsync(other, "POST", WhoAmI, "{}")).Refused(401, "Unauthorized");
        using var elsewhere = Client(await TokenAsync("bootstrap.kubernetes.io/token", "kube-public"));
        (await ServedApi.SendAsync(elsewhere, "POST", WhoAmI, "{}")).Refused(401, "Unauthorized");
    }

    [Fact]
    public void A_file_of_tokens_says_whose_they_are()
    {
        var users = TokenFile.Parse("t1,jane,1,\"a,b\"\nt2,\"kim \"\"k\"\"\",\r\n\n,nobody,3\nt3,lee,3,a\nt3,max,4,\n", "tokens.csv");
        Assert.Equal(["t1", "t2", "t3"], users.Keys);
        Assert.Equal(("jane", "1"), (users["t1"].Username, users["t1"].Uid));
        Assert.Equal(["a", "b", "system:authenticated"], users["t1"].Groups);
        Assert.Equal(("kim \"k\"", null), (users["t2"].Username, users["t2"].Uid));
        Assert.Equal("max", users["t3"].Username);
        Assert.Equal(["system:authenticated"], users["t3"].Groups);
    }

    [Theory]
    [InlineData("t,jane", "token file 'f' must have at least 3 columns (token, user name, user uid), found 2")]
    [InlineData("a,b,c\nt,\"jane,1", "line 2 of f has a quote that does not end")]
    public void A_file_that_is_none_is_told_so(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => TokenFile.Parse(text, "f")).Message);

    private Task<string> TokenAsync((string Key, string Value) other) => TokenAsync("bootstrap.kubernetes.io/token", "kube-system", other);

    /// <summary>Makes a good one, but for what is given.</summary>
    private async Task<string> TokenAsync(string type, string space, params (string Key, string Value)[] others)
    {
        var id = $"{Interlocked.Increment(ref _ids):d6}";
        var data = new Dictionary<string, string>
        {
            ["token-id"] = id, ["token-secret"] = "0123456789abcdef", ["usage-bootstrap-authentication"] = "true", ["expiration"] = "2100-01-01T00:00:00Z",
        };
        foreach (var (key, value) in others)
        {
            data[key] = value;
        }

        var encoded = string.Join(',', data.Select(pair => $"\"{pair.Key}\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))}\""));
        (await api.PostAsync(
            $"/api/v1/namespaces/{space}/secrets", $$$"""{"metadata":{"name":"bootstrap-token-{{{id}}}"},"type":"{{{type}}}","data":{ {{{encoded}}} } }""")).Good();
        return $"{id}.0123456789abcdef";
    }

    private HttpClient Client(string token)
    {
        var client = api.ClientOf(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
