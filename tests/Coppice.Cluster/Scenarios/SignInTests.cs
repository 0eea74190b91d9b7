using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Users whom an OpenID Connect issuer knows, and what is written down of requests.</summary>
public sealed class SignInTests
{
    private const int IssuerPort = 8443;
    private const string Issuer = "https://127.0.0.1:8443";

    private const string AuditPolicy = """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        omitStages: [RequestReceived]
        rules:
        - level: RequestResponse
          resources: [{group: "", resources: [configmaps]}]
          users: ["oidc:jane"]
        - level: Metadata
          resources: [{group: "", resources: [secrets]}]
          users: ["oidc:jane"]
        - level: None
        """;

    [Fact]
    public async Task Whom_the_issuer_knows_signs_in_and_what_he_does_is_written_down_as_the_policy_says()
    {
        using var directory = new TemporaryDirectory();
        using var certificate = InsideServer.NewCertificate();
        var (authority, policy, log) = (Path.Combine(directory.Path, "issuer.crt"), Path.Combine(directory.Path, "audit.yaml"), Path.Combine(directory.Path, "audit.log"));
        await File.WriteAllTextAsync(authority, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(policy, AuditPolicy);
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions
        {
            Arguments =
            [
                "--oidc-issuer-url", Issuer, "--oidc-client-id", "shop", "--oidc-ca-file", authority, "--oidc-username-claim", "name", "--oidc-username-prefix", "oidc:",
                "--oidc-groups-claim", "groups", "--audit-policy-file", policy, "--audit-log-path", log,
            ],
        });
        using var key = RSA.Create(2048);
        await using var issuer = await InsideServer.StartAsync(cluster, IssuerPort, certificate, request => request.AnswerAsync(request.Path switch
        {
            "/.well-known/openid-configuration" => $$"""{"issuer":"{{Issuer}}","jwks_uri":"{{Issuer}}/keys"}""",
            "/keys" => KeysOf(key),
            _ => null,
        }));
        var ns = await cluster.NewNamespaceAsync();
        await ns.RunAsync("create", "rolebinding", "editors", "--clusterrole=edit", "--group=people");

        // The role is made of others, a moment after the cluster's start.
        await Eventually.SeeAsync("what edit is made of", Patience,
            () => ns.TryAsync(KubectlVersion.Newest, "auth", "can-i", "create", "configmaps", "--as", "somebody", "--as-group", "people"), seen => seen.Succeeded);

        var jane = await AsAsync(ns, Token(key, "jane", "people"), "auth", "whoami", "-o", "jsonpath={.status.userInfo.username} {.status.userInfo.groups}");
        Assert.Equal("oidc:jane [\"people\",\"system:authenticated\"]", jane.OrThrow());
        (await AsAsync(ns, Token(key, "jane", "people"), "create", "configmap", "m", "--from-literal=a=1")).OrThrow();
        (await AsAsync(ns, Token(key, "jane", "people"), "create", "secret", "generic", "s", "--from-literal=a=hidden")).OrThrow();
        Assert.Contains("cannot list resource \"nodes\"", (await AsAsync(ns, Token(key, "jane", "people"), "get", "nodes")).Error);
        Assert.Contains("User \"oidc:kim\" cannot create resource \"configmaps\"", (await AsAsync(ns, Token(key, "kim", "others"), "create", "configmap", "n")).Error);
        using var another = RSA.Create(2048);
        Assert.Contains("must be logged in", (await AsAsync(ns, Token(another, "jane", "people"), "get", "configmaps")).Error);

        var events = await Eventually.SeeAsync("what was done in the log", Patience, async () => File.Exists(log) ? (await File.ReadAllLinesAsync(log)).Select(line => JsonNode.Parse(line)!).ToList() : [],
            seen => seen.Exists(one => Resource(one) == "secrets") && seen.Exists(one => Resource(one) == "configmaps" && (string?)one["verb"] == "create"));
        Assert.All(events, one => Assert.Equal("oidc:jane", (string?)one["user"]!["username"]));
        var map = events.First(one => Resource(one) == "configmaps" && (string?)one["verb"] == "create");
        Assert.Equal(("RequestResponse", "1", 201), ((string?)map["level"], (string?)map["requestObject"]!["data"]!["a"], (int)map["responseStatus"]!["code"]!));
        var secret = events.First(one => Resource(one) == "secrets");
        Assert.Equal(("Metadata", null, null), ((string?)secret["level"], secret["requestObject"], secret["responseObject"]));
        Assert.DoesNotContain(events, one => (string?)one["stage"] == "RequestReceived");
    }

    private static string? Resource(JsonNode one) => (string?)one["objectRef"]?["resource"];

    /// <summary>kubectl with nothing but a token.</summary>
    private static Task<CommandResult> AsAsync(TestNamespace ns, string token, params string[] arguments) => ns.TryAsync(
        KubectlVersion.Newest, ["--kubeconfig", "/dev/null", "--server", "https://127.0.0.1:6443", "--insecure-skip-tls-verify", "--token", token, .. arguments]);

    private static string Token(RSA key, string name, string group)
    {
        var claims = new { iss = Issuer, aud = "shop", sub = name, name, groups = new[] { group }, exp = 4102444800 };
        var signed = $"{Part(new { alg = "RS256", kid = "k" })}.{Part(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";

        static string Part(object what) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(what));
    }

    private static string KeysOf(RSA key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return JsonSerializer.Serialize(new
        {
            keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = "k", n = Base64Url.EncodeToString(parameters.Modulus), e = Base64Url.EncodeToString(parameters.Exponent) } },
        });
    }
}
