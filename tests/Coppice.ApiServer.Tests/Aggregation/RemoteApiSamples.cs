using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Aggregation;

/// <summary>What makes version v1 of a group somebody else's: its registration, and a service of the group's first word that has an address.</summary>
internal static class RemoteApiSamples
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task RegisterAsync(this ServedApi api, string group, int port, string caBundle)
    {
        var name = group.Split('.')[0];
        (await api.PostAsync("/api/v1/namespaces/default/services", Service(name, port))).Good();
        (await api.PostAsync("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", Slice(name, port, ready: true))).Good();
        (await api.PostAsync("/apis/apiregistration.k8s.io/v1/apiservices", Registration(group, port, caBundle))).Good();
    }

    public static string Registration(string group, int port, string caBundle) => $$$"""
        {"metadata":{"name":"v1.{{{group}}}"},"spec":{"group":"{{{group}}}","version":"v1","groupPriorityMinimum":2000,"versionPriority":200,
        "caBundle":"{{{caBundle}}}","service":{"namespace":"default","name":"{{{group.Split('.')[0]}}}","port": {{{port}}} } } }
        """;

    public static string Service(string name, int port) => $$$$"""{"metadata":{"name":"{{{{name}}}}"},"spec":{"ports":[{"port":{{{{port}}}}}]}}""";

    public static string Slice(string name, int port, bool ready) => $$$"""
        {"metadata":{"name":"{{{name}}}","labels":{"kubernetes.io/service-name":"{{{name}}}"}},"addressType":"IPv4","ports":[{"name":"","port":{{{port}}},"protocol":"TCP"}],
        "endpoints":[{"addresses":["192.0.2.1"],"conditions":{"ready":{{{(ready ? "true" : "false")}}}}}]}
        """;

    public static async Task AvailableAsync(this ServedApi api, string group, string status, string reason, string message)
    {
        var condition = await api.ConditionAsync(group, reason);
        Assert.Equal((status, message), ((string?)condition["status"], (string?)condition["message"]));
    }

    public static async Task<JsonNode> ConditionAsync(this ServedApi api, string group, string reason)
    {
        JsonNode? seen = null;
        await EventuallyAsync(
            async () =>
            {
                seen = (await api.GetAsync($"/apis/apiregistration.k8s.io/v1/apiservices/v1.{group}")).Body?["status"]?["conditions"]?[0];
                return (string?)seen?["reason"] == reason;
            },
            () => $"{group} to be {reason}, and not {seen?.ToJsonString()}");
        return seen!;
    }

    public static Task EventuallyAsync(Func<Task<bool>> condition, string what) => EventuallyAsync(condition, () => what);

    private static async Task EventuallyAsync(Func<Task<bool>> condition, Func<string> what)
    {
        for (var since = TimeProvider.System.GetTimestamp(); !await condition();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, $"waited for {what()}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
