using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>Requests for certificates, and the doors of those who approve and of those who sign.</summary>
public sealed class CertificateRequestTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string All = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    private const string MergePatch = "application/merge-patch+json";
    private const string Approved = """{"status":{"conditions":[{"type":"Approved","status":"True","reason":"Because","message":"m"}]}}""";

    private int _made;

    [Fact]
    public async Task A_request_says_who_asks_whatever_it_says_itself()
    {
        var made = (await api.PostAsync(All, Body("named", more: ""","username":"somebody-else","groups":["x"]"""))).Good().Body!;
        Assert.Equal("admin", (string)made["spec"]!["username"]!);
        Assert.Equal(["system:masters", "system:authenticated"], made["spec"]!["groups"]!.AsArray().Select(g => (string)g!));
        Assert.Empty(made["status"]!.AsObject());

        var changed = made.DeepClone();
        changed["spec"]!["signerName"] = "example.com/other";
        changed["status"] = JsonNode.Parse(Approved)!["status"]!.DeepClone();
        changed["metadata"]!["labels"] = new JsonObject { ["a"] = "b" };
        var kept = (await api.SendAsync("PUT", $"{All}/named", changed.ToJsonString())).Good().Body!;
        Assert.Equal("kubernetes.io/kube-apiserver-client", (string)kept["spec"]!["signerName"]!);
        Assert.Empty(kept["status"]!.AsObject());
        Assert.Equal("b", (string)kept["metadata"]!["labels"]!["a"]!);
    }

    [Fact]
    public async Task What_was_decided_is_dated_and_stays()
    {
        var item = await NewAsync();
        var approved = (await api.SendAsync("PATCH", $"{item}/approval", Approved, MergePatch)).Good().Body!["status"]!["conditions"]![0]!;
        Assert.NotNull(approved["lastUpdateTime"]);
        Assert.NotNull(approved["lastTransitionTime"]);

        Assert.EndsWith(
            "status.conditions: Forbidden: updates may not remove a condition of type \"Approved\"",
            (await api.SendAsync("PATCH", $"{item}/approval", """{"status":{"conditions":[]}}""", MergePatch)).Refused(422, "Invalid"));
        Assert.EndsWith(
            "status.conditions[1].type: Invalid value: \"Denied\": Approved and Denied conditions are mutually exclusive",
            (await api.SendAsync("PATCH", $"{item}/approval", Approved.Replace("]", ",{\"type\":\"Denied\",\"status\":\"True\"}]", StringComparison.Ordinal), MergePatch)).Refused(422, "Invalid"));
        Assert.EndsWith(
            "status.conditions[0].status: Unsupported value: \"False\": supported values: \"True\"",
            (await api.SendAsync("PATCH", $"{await NewAsync()}/approval", Approved.Replace("\"True\"", "\"False\"", StringComparison.Ordinal), MergePatch)).Refused(422, "Invalid"));
    }

    [Fact]
    public async Task Who_approves_signs_nothing_and_who_signs_approves_nothing()
    {
        var item = await NewAsync();
        var certificate = Convert.ToBase64String(Encoding.UTF8.GetBytes(api.AdminCertificate.ExportCertificatePem()));
        var signed = $$"""{"status":{"certificate":"{{certificate}}"} }""";

        var both = Approved.Replace("\"status\":{", $"\"status\":{{\"certificate\":\"{certificate}\",", StringComparison.Ordinal);
        Assert.Null((await api.SendAsync("PATCH", $"{item}/approval", both, MergePatch)).Good().Body!["status"]!["certificate"]);
        Assert.EndsWith(
            "status.conditions: Forbidden: updates may not add a condition of type \"Denied\"",
            (await api.SendAsync("PATCH", $"{await NewAsync()}/status", Approved.Replace("Approved", "Denied", StringComparison.Ordinal), MergePatch)).Refused(422, "Invalid"));

        Assert.Equal(certificate, (string)(await api.SendAsync("PATCH", $"{item}/status", signed, MergePatch)).Good().Body!["status"]!["certificate"]!);
        Assert.EndsWith(
            "status.certificate: Forbidden: updates may not modify existing certificate content",
            (await api.SendAsync("PATCH", $"{item}/status", """{"status":{"certificate":null}}""", MergePatch)).Refused(422, "Invalid"));
        Assert.EndsWith(
            "status.certificate: Invalid value: \"<certificate data>\": must contain at least one CERTIFICATE PEM block",
            (await api.SendAsync("PATCH", $"{await NewAsync()}/status", """{"status":{"certificate":"YWJj"}}""", MergePatch)).Refused(422, "Invalid"));
        Assert.Equal("Approved,Issued", await ConditionAsync(item));
    }

    [Fact]
    public async Task Who_signs_need_not_repeat_when_something_was_decided()
    {
        var item = await NewAsync();
        var decided = Approved.Replace("Because", "Earlier", StringComparison.Ordinal).Replace("\"message\"", "\"lastUpdateTime\":\"2026-01-01T00:00:00Z\",\"message\"", StringComparison.Ordinal);
        (await api.SendAsync("PATCH", $"{item}/approval", decided, MergePatch)).Good();

        var failed = (await api.SendAsync("PATCH", $"{item}/status", Approved.Replace("]", ",{\"type\":\"Failed\",\"status\":\"True\"}]", StringComparison.Ordinal), MergePatch)).Good();
        var conditions = failed.Body!["status"]!["conditions"]!;
        Assert.Equal(("Approved", "Earlier", "2026-01-01T00:00:00Z"), ((string?)conditions[0]!["type"], (string?)conditions[0]!["reason"], (string?)conditions[0]!["lastUpdateTime"]));
        Assert.Equal("Failed", (string?)conditions[1]!["type"]);
    }

    [Theory]
    [InlineData("example.com", "spec.signerName: Invalid value: \"example.com\": must be a fully qualified domain and path of the form 'example.com/signer-name'")]
    [InlineData("example/a", "spec.signerName: Invalid value: \"example\": should be a domain with at least two segments separated by dots")]
    [InlineData("kubernetes.io/legacy-unknown", "spec.signerName: Invalid value: \"kubernetes.io/legacy-unknown\": the legacy signerName is not allowed via this API version")]
    public async Task A_signer_has_a_domain(string signer, string cause) => Assert.EndsWith(
        cause, (await api.PostAsync(All, Body("bad", signer: signer))).Refused(422, "Invalid"));

    [Fact]
    public async Task A_request_that_makes_no_sense_is_refused()
    {
        Assert.EndsWith(
            "spec.request: Invalid value: \"YWJj\": PEM block type must be CERTIFICATE REQUEST",
            (await api.PostAsync(All, Body("bad", request: "YWJj"))).Refused(422, "Invalid"));
        var refusal = (await api.PostAsync(All, Body("bad", usages: "\"client auth\",\"client auth\",\"flying\"", more: ",\"expirationSeconds\":599"))).Refused(422, "Invalid");
        Assert.Contains("spec.usages[1]: Duplicate value: \"client auth\"", refusal);
        Assert.Contains("spec.usages[2]: Unsupported value: \"flying\": supported values: \"any\", \"cert sign\"", refusal);
        Assert.Contains("spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)", refusal);
        Assert.Contains("spec.usages: Required value", (await api.PostAsync(All, Body("bad", usages: ""))).Refused(422, "Invalid"));
    }

    [Fact]
    public async Task A_request_that_another_signed_is_refused()
    {
        var request = Convert.FromBase64String(Request("CN=a"));
        var pem = Encoding.UTF8.GetString(request).Split('\n');
        pem[1] = pem[1][..^4] + (pem[1][^4] == 'A' ? 'B' : 'A') + pem[1][^3..];
        (await api.PostAsync(All, Body("bad", request: Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Join('\n', pem)))))).Refused(422, "Invalid");
    }

    [Fact]
    public async Task Nobody_becomes_a_master_by_the_signer_of_the_api()
    {
        const string Masters = "O=system:masters, CN=a";
        Assert.Equal(
            "certificatesigningrequests.certificates.k8s.io \"master\" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed",
            (await api.PostAsync(All, Body("master", request: Request(Masters)))).Refused(403, "Forbidden"));
        (await api.PostAsync(All, Body("other", request: Request(Masters), signer: "example.com/a"))).Good();
    }

    [Fact]
    public async Task A_request_shows_what_was_decided_and_is_found_by_its_signer()
    {
        var item = await NewAsync(",\"expirationSeconds\":3600");
        var row = (await api.SendAsync("GET", item, accept: "application/json;as=Table;v=v1;g=meta.k8s.io")).Good().Body!["rows"]![0]!["cells"]!.AsArray();
        Assert.Equal(["kubernetes.io/kube-apiserver-client", "admin", "60m", "Pending"], row.Skip(2).Select(cell => (string)cell!));

        var found = (await api.GetAsync($"{All}?fieldSelector=spec.signerName=kubernetes.io/kube-apiserver-client")).Good().Body!["items"]!.AsArray();
        Assert.NotEmpty(found);
        Assert.Empty((await api.GetAsync($"{All}?fieldSelector=spec.signerName=example.com/nobody")).Good().Body!["items"]!.AsArray());
    }

    private async Task<string> NewAsync(string more = "")
    {
        var name = $"r{Interlocked.Increment(ref _made)}-{Guid.NewGuid():N}";
        (await api.PostAsync(All, Body(name, more: more))).Good();
        return $"{All}/{name}";
    }

    private async Task<string> ConditionAsync(string item) =>
        (string)(await api.SendAsync("GET", item, accept: "application/json;as=Table;v=v1;g=meta.k8s.io")).Good().Body!["rows"]![0]!["cells"]!.AsArray()[^1]!;

    private static string Body(
        string name, string? request = null, string signer = "kubernetes.io/kube-apiserver-client", string usages = "\"client auth\"", string more = "") =>
        $$"""{"metadata":{"name":"{{name}}"},"spec":{"request":"{{request ?? Request("CN=a")}}","signerName":"{{signer}}","usages":[{{usages}}]{{more}} } }""";

    private static string Request(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSigningRequestPem()));
    }
}
