using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>Others can check a service account's token by themselves, with what the server publishes.</summary>
public sealed class IssuerTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Fact]
    public async Task A_token_can_be_checked_with_what_is_published()
    {
        var token = await TokenAsync();
        var (issuer, type, cache) = await GetAsync(token, "/.well-known/openid-configuration");
        Assert.Equal(("application/json", "public, max-age=3600"), (type, cache));
        Assert.Equal(
            """
            {"issuer":"https://kubernetes.default.svc.cluster.local","jwks_uri":"https://127.0.0.1:6443/openid/v1/jwks","response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}
            """,
            issuer);

        var (keys, keysType, _) = await GetAsync(token, "/openid/v1/jwks");
        Assert.Equal("application/jwk-set+json", keysType);
        var key = Assert.Single(JsonNode.Parse(keys)!["keys"]!.AsArray())!;
        Assert.Equal(["use", "kty", "kid", "alg", "n", "e"], key.AsObject().Select(field => field.Key));
        var parts = token.Split('.');
        Assert.Equal((string?)JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!["kid"], (string?)key["kid"]);
        using var rsa = RSA.Create(new RSAParameters { Modulus = Base64Url.DecodeFromChars((string)key["n"]!), Exponent = Base64Url.DecodeFromChars((string)key["e"]!) });
        Assert.True(rsa.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Theory]
    [InlineData("/openid/v1/jwks")]
    [InlineData("/.well-known/openid-configuration")]
    public async Task Service_accounts_see_it_and_nobody_else_by_right(string path)
    {
        using var nobody = api.ClientOf(null);
        (await Answer.OfAsync(await nobody.GetAsync(path))).Refused(403, "Forbidden");
        using var jane = api.ClientOf(api.Issue("jane"));
        Assert.Equal(
            $"forbidden: User \"jane\" cannot get path \"{path}\"", (await Answer.OfAsync(await jane.GetAsync(path))).Refused(403, "Forbidden"));
        (await api.GetAsync(path)).Good();
    }

    private async Task<string> TokenAsync()
    {
        var space = await api.NewNamespaceAsync();
        return (string)(await api.PostAsync($"{space}/serviceaccounts/default/token", "{}")).Good().Body!["status"]!["token"]!;
    }

    private async Task<(string Body, string? Type, string? Cache)> GetAsync(string token, string path)
    {
        using var client = api.ClientOf(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.GetAsync(path);
        return (await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.ToString(), response.Headers.CacheControl?.ToString());
    }
}
