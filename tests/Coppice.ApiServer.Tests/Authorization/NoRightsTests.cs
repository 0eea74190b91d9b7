using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Authorization;

/// <summary>Who has no rights is refused wherever they knock, whether or not there is something behind the door.</summary>
public sealed class NoRightsTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const int Tokens = 3000;

    private static readonly (string Method, bool Named)[] Requests =
    [
        ("GET", true), ("GET", false), ("POST", false), ("PUT", true), ("PATCH", true), ("DELETE", true), ("DELETE", false), ("HEAD", true), ("OPTIONS", true),
    ];

    [Fact]
    public async Task Every_verb_of_every_resource_is_refused_alike_for_what_is_there_and_what_is_not()
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/configmaps", """{"metadata":{"name":"there"}}""")).Good();
        using var jane = api.ClientOf(api.Issue("jane"));
        foreach (var served in api.Kinds.Current.All)
        {
            foreach (var part in served.Subresources.Select(one => $"/{one.Name}").Prepend(""))
            {
                await AssertRefusedAsync(jane, served, part, space.Split('/')[^1]);
            }
        }
    }

    [Theory]
    [InlineData("/apis/none.example.com/v1/things")]
    [InlineData("/api/v1/namespaces/default/nothings/n")]
    [InlineData("/apis/authorization.k8s.io/v1/subjectaccessreviews")]
    [InlineData("/apis/authentication.k8s.io/v1/tokenreviews")]
    [InlineData("/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews")]
    [InlineData("/metrics")]
    [InlineData("/debug/pprof")]
    [InlineData("/nothing")]
    [InlineData("/healthz/log")]
    [InlineData("/openid/v1/jwks")]
    public async Task So_is_what_is_not_served_and_what_is_asked_about_others(string path)
    {
        using var jane = api.ClientOf(api.Issue("jane"));
        using var nobody = api.ClientOf(null);
        foreach (var client in (HttpClient[])[jane, nobody])
        {
            (await ServedApi.SendAsync(client, "GET", path)).Refused(403, "Forbidden");
            (await ServedApi.SendAsync(client, "POST", path, "{}")).Refused(403, "Forbidden");
        }
    }

    [Fact]
    public async Task A_token_of_any_form_is_refused_and_never_a_failure_of_ours()
    {
        var space = await api.NewNamespaceAsync();
        var good = (string)(await api.PostAsync($"{space}/serviceaccounts/default/token", "{}")).Good().Body!["status"]!["token"]!;
        var random = new Random(20261121);
        using var client = api.ClientOf(null);
        for (var i = 0; i < Tokens; i++)
        {
            var token = Spoil(good, random);
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/namespaces");
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
            using var answer = await client.SendAsync(request);
            Assert.True((int)answer.StatusCode is 400 or 401 || token == good, $"{(int)answer.StatusCode} for {token}");
        }

        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", good);
        (await ServedApi.SendAsync(client, "GET", "/api/v1/namespaces")).Refused(403, "Forbidden");
    }

    private static async Task AssertRefusedAsync(HttpClient client, ServedKind served, string part, string space)
    {
        var kind = served.Kind;
        var root = kind.Group.Length == 0 ? $"/api/{kind.Version}" : $"/apis/{kind.Group}/{kind.Version}";
        var collection = kind.Namespaced ? $"{root}/namespaces/{space}/{kind.Resource}" : $"{root}/{kind.Resource}";
        foreach (var (method, named) in Requests.Where(request => request.Named || part.Length == 0))
        {
            var messages = new HashSet<string>();
            foreach (var name in (string[])["there", "other"])
            {
                var answer = await ServedApi.SendAsync(client, method, named ? $"{collection}/{name}{part}" : collection, method is "GET" or "HEAD" ? null : "{}");
                Assert.True(answer.Code == 403, $"{method} {collection} {part}: {answer}");
                messages.Add(method == "HEAD" ? "" : answer.Message.Replace(name, "NAME", StringComparison.Ordinal));
            }

            Assert.Single(messages);
        }
    }

    /// <summary>A token with something wrong: a letter, a part, what is said in it, or all of it.</summary>
    private static string Spoil(string good, Random random)
    {
        var parts = good.Split('.');
        switch (random.Next(6))
        {
            case 0:
                var at = random.Next(good.Length);
                return good[..at] + (char)random.Next(33, 127) + good[(at + 1)..];
            case 1:
                return good[..random.Next(good.Length)];
            case 2:
                parts[random.Next(3)] = "";
                return string.Join('.', parts);
            case 3:
                parts[random.Next(2)] = Encode(random.Next(4) switch { 0 => "{}", 1 => "[]", 2 => "null", _ => """{"iss":1,"exp":"x","kubernetes.io":[]}""" });
                return string.Join('.', parts);
            case 4:
                var claims = JsonNode.Parse(Decode(parts[1]))!.AsObject();
                claims[claims.ElementAt(random.Next(claims.Count)).Key] = random.Next(3) switch { 0 => null, 1 => random.Next(), _ => new JsonArray() };
                return $"{parts[0]}.{Encode(claims.ToJsonString())}.{parts[2]}";
            default:
                return string.Concat(Enumerable.Range(0, random.Next(1, 400)).Select(_ => (char)random.Next(33, 127)));
        }
    }

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Decode(string text) => Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(text));
}
