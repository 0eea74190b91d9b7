using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Webhooks;

/// <summary>A webhook that is asked until it is disposed of.</summary>
internal sealed class RegisteredWebhook : IAsyncDisposable
{
    private static int _count;

    private readonly ServedApi _api;
    private readonly string _path;

    private RegisteredWebhook(ServedApi api, string path) => (_api, _path) = (api, path);

    /// <param name="kind">"Validating" or "Mutating".</param>
    /// <param name="rule">As in "CREATE,UPDATE configmaps", of version v1 of the core group; or a rule as JSON.</param>
    /// <param name="more">Further fields of the webhook, as JSON.</param>
    public static async Task<RegisteredWebhook> AddAsync(ServedApi api, string kind, WebhookServer server, string rule, string more = "{}")
    {
        var number = Interlocked.Increment(ref _count);
        var webhook = new JsonObject
        {
            ["name"] = "hook.example.com",
            ["clientConfig"] = new JsonObject { ["url"] = $"https://127.0.0.1:{server.Port}/check", ["caBundle"] = server.CaBundle },
            ["rules"] = new JsonArray(RuleOf(rule)),
            ["sideEffects"] = "None",
            ["admissionReviewVersions"] = new JsonArray("v1"),
        };
        foreach (var (name, value) in JsonNode.Parse(more)!.AsObject())
        {
            webhook[name] = value?.DeepClone();
        }

        var path = $"/apis/admissionregistration.k8s.io/v1/{kind.ToLowerInvariant()}webhookconfigurations";
        (await api.PostAsync(path, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = $"hooks-{number:000}" },
            ["webhooks"] = new JsonArray(webhook),
        }.ToJsonString())).Good();
        return new RegisteredWebhook(api, $"{path}/hooks-{number:000}");
    }

    public async ValueTask DisposeAsync() => (await _api.SendAsync("DELETE", _path)).Good();

    private static JsonNode RuleOf(string rule) => rule.StartsWith('{') ? JsonNode.Parse(rule)! : new JsonObject
    {
        ["operations"] = new JsonArray([.. rule.Split(' ')[0].Split(',').Select(operation => (JsonNode?)operation)]),
        ["apiGroups"] = new JsonArray(""),
        ["apiVersions"] = new JsonArray("v1"),
        ["resources"] = new JsonArray([.. rule.Split(' ')[1].Split(',').Select(resource => (JsonNode?)resource)]),
    };
}
