using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Authentication.Oidc;
using Coppice.ApiServer.Tests.Http;
using Coppice.ApiServer.Tests.Webhooks;
using Coppice.Testing;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Tests.Authentication;

/// <summary>ID tokens of an OpenID Connect issuer that serves its documents on loopback.</summary>
public sealed class OidcTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ManualTimeProvider _time = new(Start);
    private WebhookServer _server = null!;
    private JsonArray _keys = [];
    private bool _isAway;
    private string _claims = "";

    private string Issuer => $"https://localhost:{_server.Port}/realm";

    private string Directory => $"https://localhost:{_server.Port}/directory";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _keys = [RsaKey("r1", _rsa), CurveKey("e1")];
        _server = await WebhookServer.StartAsync(AnswerAsync, ["localhost"]);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("RS256", "r1")]
    [InlineData("RS512", "r1")]
    [InlineData("PS384", "r1")]
    [InlineData("ES256", "e1")]
    [InlineData("RS256", "")]
    public async Task A_token_that_the_issuer_signed_speaks_for_its_subject(string algorithm, string key)
    {
        using var tokens = Tokens(options => options with { SigningAlgorithms = SigningKey.Algorithms });
        var (user, error) = await tokens.FindAsync(Token(algorithm: algorithm, key: key), Stop);
        Assert.Null(error);
        Assert.Equal($"{Issuer}#jane", user!.Username);
        Assert.Equal(["system:authenticated"], user.Groups);
    }

    [Fact]
    public async Task Names_groups_and_prefixes_are_taken_as_the_options_say()
    {
        using var tokens = Tokens(options => options with
        {
            UsernameClaim = "email", GroupsClaim = "roles", GroupsPrefix = "oidc:", RequiredClaims = new Dictionary<string, string> { ["tenant"] = "shop" },
        });
        var more = new JsonObject { ["email"] = "jane@example.com", ["email_verified"] = true, ["roles"] = new JsonArray("dev", "ops"), ["tenant"] = "shop", ["jti"] = "42" };
        var user = (await tokens.FindAsync(Token(more), Stop)).User!;
        Assert.Equal(("jane@example.com", "oidc:dev oidc:ops system:authenticated"), (user.Username, string.Join(' ', user.Groups)));
        Assert.Equal("JTI=42", user.Extra["authentication.kubernetes.io/credential-id"][0]);

        more["roles"] = "dev";
        Assert.Equal("oidc:dev system:authenticated", string.Join(' ', (await tokens.FindAsync(Token((JsonObject)more.DeepClone()), Stop)).User!.Groups));
        using var plain = Tokens(options => options with { UsernamePrefix = "-" });
        Assert.Equal("jane", (await plain.FindAsync(Token(), Stop)).User!.Username);
        using var prefixed = Tokens(options => options with { UsernamePrefix = "corp:" });
        Assert.Equal("corp:jane", (await prefixed.FindAsync(Token(), Stop)).User!.Username);
    }

    [Theory]
    [InlineData("""{"aud":"others"}""", "oidc: verify token: oidc: expected audience \"shop\" got [\"others\"]")]
    [InlineData("""{"aud":["a","b"]}""", "oidc: verify token: oidc: expected audience \"shop\" got [\"a\" \"b\"]")]
    [InlineData("""{"exp":1893455999}""", "oidc: verify token: oidc: token is expired (Token Expiry: 2029-12-31 23:59:59 +0000 UTC)")]
    [InlineData("""{"exp":null}""", "oidc: verify token: oidc: token is expired (Token Expiry: 1970-01-01 00:00:00 +0000 UTC)")]
    [InlineData("""{"exp":1e300}""", "oidc: verify token: oidc: token is expired (Token Expiry: 1970-01-01 00:00:00 +0000 UTC)")]
    [InlineData("""{"nbf":1893456301}""", "oidc: verify token: oidc: current time 2030-01-01 00:00:00 +0000 UTC before the nbf (not before) time: 2030-01-01 00:05:01 +0000 UTC")]
    [InlineData("""{"sub":null}""", "oidc: parse username claims \"sub\": claim not present")]
    [InlineData("""{"tenant":null}""", "oidc: required claim tenant not present in ID token")]
    [InlineData("""{"tenant":"inn"}""", "oidc: required claim tenant value does not match. Got = inn, want = shop")]
    [InlineData("""{"groups":{"a":1}}""", "oidc: parse groups claim \"groups\": it is no string and no list of strings")]
    public async Task A_token_that_is_not_good_is_refused_with_the_cause(string claims, string why)
    {
        using var tokens = Tokens(options => options with { GroupsClaim = "groups", RequiredClaims = new Dictionary<string, string> { ["tenant"] = "shop" } });
        var all = new JsonObject { ["tenant"] = "shop" };
        foreach (var (name, value) in JsonNode.Parse(claims)!.AsObject())
        {
            all[name] = value?.DeepClone();
        }

        var (user, error) = await tokens.FindAsync(Token(all), Stop);
        Assert.Null(user);
        Assert.Equal(why, error);
    }

    [Fact]
    public async Task Groups_may_be_in_a_token_of_another_issuer()
    {
        using var tokens = Tokens(options => options with { GroupsClaim = "groups", GroupsPrefix = "oidc:" });
        _claims = Token(new() { ["iss"] = Directory, ["groups"] = new JsonArray("dev", "ops") });
        var (user, error) = await tokens.FindAsync(Token(Elsewhere("f005ba11")), Stop);
        Assert.Null(error);
        Assert.Equal("oidc:dev oidc:ops system:authenticated", string.Join(' ', user!.Groups));

        // What the token itself says is not looked for.
        var own = Elsewhere("wrong");
        own["groups"] = "own";
        Assert.Equal("oidc:own system:authenticated", string.Join(' ', (await tokens.FindAsync(Token(own), Stop)).User!.Groups));
    }

    [Theory]
    [InlineData("wrong", "{}", "while getting distributed claim \"groups\": error while getting distributed claim JWT: 403 Forbidden")]
    [InlineData("f005ba11", """{"groups":null}""", "jwt returned by distributed claim endpoint \"ENDPOINT\" did not contain claim: groups")]
    [InlineData("f005ba11", """{"aud":"others"}""", "verify distributed claim token: oidc: expected audience \"shop\" got [\"others\"]")]
    [InlineData("f005ba11", """{"iss":"http://localhost/"}""", "getting untrusted issuer from endpoint ENDPOINT failed for claim \"groups\": it is no token of an issuer by https")]
    public async Task Groups_that_cannot_be_had_elsewhere_are_told_of(string access, string claims, string why)
    {
        using var tokens = Tokens(options => options with { GroupsClaim = "groups" });
        var there = new JsonObject { ["iss"] = Directory, ["groups"] = "dev" };
        foreach (var (name, value) in JsonNode.Parse(claims)!.AsObject())
        {
            there[name] = value?.DeepClone();
        }

        _claims = Token(there);
        var (user, error) = await tokens.FindAsync(Token(Elsewhere(access)), Stop);
        Assert.Null(user);
        Assert.Equal($"oidc: could not expand distributed claims: {why.Replace("ENDPOINT", $"https://localhost:{_server.Port}/claims", StringComparison.Ordinal)}", error);
    }

    [Theory]
    [InlineData("""{"_claim_names":1}""", "oidc: error parsing distributed claim names: it is no object")]
    [InlineData("""{"_claim_names":{"groups":"a"}}""", "oidc: no claim sources")]
    [InlineData("""{"_claim_names":{"groups":"a"},"_claim_sources":[]}""", "oidc: could not parse claim sources: it is no object")]
    [InlineData("""{"_claim_names":{"groups":"a"},"_claim_sources":{"b":{}}}""", "id token _claim_names contained a source a missing in _claims_sources")]
    public async Task A_token_that_says_badly_where_its_groups_are_is_refused(string claims, string why)
    {
        using var tokens = Tokens(options => options with { GroupsClaim = "groups" });
        Assert.Equal($"oidc: could not expand distributed claims: {why}", (await tokens.FindAsync(Token(JsonNode.Parse(claims)!.AsObject()), Stop)).Error);
    }

    [Fact]
    public async Task An_address_that_is_not_verified_is_no_name()
    {
        using var tokens = Tokens(options => options with { UsernameClaim = "email" });
        Assert.Equal("oidc: email not verified", (await tokens.FindAsync(Token(new() { ["email"] = "jane@example.com", ["email_verified"] = false }), Stop)).Error);
        Assert.Equal("jane@example.com", (await tokens.FindAsync(Token(new() { ["email"] = "jane@example.com" }), Stop)).User!.Username);
    }

    [Fact]
    public async Task A_signature_of_somebody_else_or_of_another_kind_is_refused()
    {
        using var tokens = Tokens();
        using var other = RSA.Create(2048);
        Assert.Equal("oidc: verify token: failed to verify signature: failed to verify id token signature", (await tokens.FindAsync(Token(signer: other), Stop)).Error);
        Assert.Equal("oidc: verify token: failed to verify signature: failed to verify id token signature", (await tokens.FindAsync(Token(key: "unknown"), Stop)).Error);
        Assert.Equal("oidc: verify token: oidc: id token signed with unsupported algorithm, expected [\"RS256\"] got \"ES256\"", (await tokens.FindAsync(Token(algorithm: "ES256", key: "e1"), Stop)).Error);
        var none = Token().Split('.');
        var header = Base64Url.EncodeToString("""{"alg":"none"}"""u8);
        Assert.Contains("got \"none\"", (await tokens.FindAsync($"{header}.{none[1]}.", Stop)).Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.e30")]
    [InlineData("bnVsbA.bnVsbA.bnVsbA")]
    [InlineData("....")]
    [InlineData("e30.eyJpc3MiOiJcdWQ4MDAifQ.")]
    [InlineData("e30.eyJcdWQ4MDBhYSI6IiJ9.")]
    [InlineData("e30.eyJpc3MiOiL_In0.")]
    public async Task What_is_no_token_of_the_issuer_is_left_to_others(string token)
    {
        using var tokens = Tokens();
        Assert.Equal((null, null), await tokens.FindAsync(token, Stop));
        Assert.Empty(_server.Asked);
    }

    [Fact]
    public async Task New_keys_are_fetched_when_a_token_names_one_but_not_for_every_such_token()
    {
        using var tokens = Tokens();
        Assert.NotNull((await tokens.FindAsync(Token(), Stop)).User);
        using var next = RSA.Create(2048);
        _keys = [RsaKey("r2", next)];
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.NotNull((await tokens.FindAsync(Token(key: "r2", signer: next), Stop)).User);
        var asked = _server.Asked.Count;
        for (var i = 0; i < 20; i++)
        {
            Assert.NotNull((await tokens.FindAsync(Token(key: $"unknown-{i}"), Stop)).Error);
        }

        Assert.Equal(asked, _server.Asked.Count);
    }

    [Fact]
    public async Task An_issuer_that_is_away_is_asked_again_and_said_to_be_so()
    {
        _isAway = true;
        using var tokens = Tokens();
        Assert.StartsWith("oidc: verify token: fetching keys ", (await tokens.FindAsync(Token(), Stop)).Error);
        _isAway = false;
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.NotNull((await tokens.FindAsync(Token(), Stop)).User);
    }

    [Fact]
    public async Task An_issuer_of_another_name_or_certificate_is_not_believed()
    {
        var elsewhere = new OidcOptions(new Uri($"https://localhost:{_server.Port}/other"), "shop") { Roots = Roots() };
        using var other = new OidcTokens(elsewhere, _time);
        var token = Token(new() { ["iss"] = elsewhere.IssuerText });
        Assert.Contains($"issuer did not match the issuer returned by provider, expected \"{elsewhere.IssuerText}\" got \"{Issuer}\"", (await other.FindAsync(token, Stop)).Error);
        using var distrusting = new OidcTokens(new OidcOptions(new Uri(Issuer), "shop"), _time);
        Assert.Contains("SSL connection could not be established", (await distrusting.FindAsync(Token(), Stop)).Error);
    }

    [Fact]
    public async Task The_server_knows_users_by_such_tokens_and_tells_others_whose_they_are()
    {
        await using var api = new ServedApi { IssuedTokens = Tokens() };
        await api.InitializeAsync();
        using var jane = api.ClientOf(null);
        jane.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token());
        var user = (await ServedApi.SendAsync(jane, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}")).Good().Body!["status"]!["userInfo"]!;
        Assert.Equal($"{Issuer}#jane", (string?)user["username"]);

        var review = await ReviewAsync(api, Token());
        Assert.Equal((true, $"{Issuer}#jane"), ((bool)review["authenticated"]!, (string?)review["user"]!["username"]));
        Assert.Equal("[invalid bearer token, oidc: verify token: oidc: expected audience \"shop\" got [\"others\"]]", (string?)(await ReviewAsync(api, Token(new() { ["aud"] = "others" })))["error"]);
        jane.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token(new() { ["aud"] = "others" }));
        (await ServedApi.SendAsync(jane, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}")).Refused(401, "Unauthorized");
    }

    [Theory]
    [InlineData("http://localhost/", "shop", "RS256", "'oidc-issuer-url' (\"http://localhost/\") has invalid scheme (\"http\"), require 'https'")]
    [InlineData("https://localhost/", "", "RS256", "no client ID provided")]
    [InlineData("https://localhost/", "shop", "HS256", "oidc: unsupported signing alg: \"HS256\"")]
    [InlineData("https://localhost/", "shop", "ES512", null)]
    public void Options_that_cannot_be_are_refused(string issuer, string client, string algorithm, string? why) =>
        Assert.Equal(why, (new OidcOptions(new Uri(issuer), client) { SigningAlgorithms = [algorithm] }).Problem());

    private JsonObject Elsewhere(string access) => new()
    {
        ["_claim_names"] = new JsonObject { ["groups"] = "src1" },
        ["_claim_sources"] = new JsonObject { ["src1"] = new JsonObject { ["endpoint"] = $"https://localhost:{_server.Port}/claims", ["access_token"] = access } },
    };

    private static async Task<JsonNode> ReviewAsync(ServedApi api, string token) =>
        (await api.PostAsync("/apis/authentication.k8s.io/v1/tokenreviews", new JsonObject { ["spec"] = new JsonObject { ["token"] = token } }.ToJsonString())).Good().Body!["status"]!;

    private OidcTokens Tokens(Func<OidcOptions, OidcOptions>? change = null)
    {
        var options = new OidcOptions(new Uri(Issuer), "shop") { Roots = Roots() };
        return new(change?.Invoke(options) ?? options, _time);
    }

    private X509Certificate2Collection Roots()
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(Encoding.UTF8.GetString(_server.CaPem));
        return roots;
    }

    /// <param name="more">Claims beside the usual, or in their place; null takes one away.</param>
    private string Token(JsonObject? more = null, string algorithm = "RS256", string key = "r1", RSA? signer = null)
    {
        var claims = new JsonObject { ["iss"] = Issuer, ["sub"] = "jane", ["aud"] = new JsonArray("shop"), ["exp"] = Start.AddHours(1).ToUnixTimeSeconds() };
        foreach (var (name, value) in more ?? [])
        {
            if (value is null)
            {
                claims.Remove(name);
            }
            else
            {
                claims[name] = value.DeepClone();
            }
        }

        var signed = $"{Encode(new() { ["alg"] = algorithm, ["kid"] = key })}.{Encode(claims)}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        var hash = new HashAlgorithmName($"SHA{algorithm[2..]}");
        var signature = algorithm[..2] switch
        {
            "ES" => _curve.SignData(bytes, hash),
            "PS" => (signer ?? _rsa).SignData(bytes, hash, RSASignaturePadding.Pss),
            _ => (signer ?? _rsa).SignData(bytes, hash, RSASignaturePadding.Pkcs1),
        };
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));

    private static JsonObject RsaKey(string id, RSA key)
    {
        var parameters = key.ExportParameters(false);
        return new() { ["kty"] = "RSA", ["kid"] = id, ["use"] = "sig", ["n"] = Base64Url.EncodeToString(parameters.Modulus), ["e"] = Base64Url.EncodeToString(parameters.Exponent) };
    }

    private JsonObject CurveKey(string id)
    {
        var point = _curve.ExportParameters(false).Q;
        return new() { ["kty"] = "EC", ["crv"] = "P-256", ["kid"] = id, ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
    }

    private Task AnswerAsync(HttpContext http)
    {
        http.Response.StatusCode = _isAway ? 503 : 200;
        if (http.Request.Path == "/claims")
        {
            http.Response.StatusCode = http.Request.Headers.Authorization == "Bearer f005ba11" ? 200 : 403;
            return http.Response.WriteAsync(_claims);
        }

        return http.Response.WriteAsync(http.Request.Path.Value!.EndsWith("/keys", StringComparison.Ordinal)
            ? new JsonObject { ["keys"] = new JsonArray([.. _keys.Select(key => key!.DeepClone()), new JsonObject { ["kty"] = "oct" }]) }.ToJsonString()
            : new JsonObject { ["issuer"] = http.Request.Path.StartsWithSegments("/directory") ? Directory : Issuer, ["jwks_uri"] = $"{Issuer}/keys" }.ToJsonString());
    }
}
