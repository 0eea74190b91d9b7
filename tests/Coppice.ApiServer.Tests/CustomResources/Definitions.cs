using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.CustomResources;

/// <summary>Definitions for tests, each in a group of its own, and what is done with them over HTTP.</summary>
internal static class Definitions
{
    public const string All = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    /// <summary>A definition of cron tabs with one version.</summary>
    /// <param name="schema">What stands in its openAPIV3Schema.</param>
    /// <param name="more">More of the version, each field with a comma before it.</param>
    public static string CronTabs(string group, string schema, string more = "", string scope = "Namespaced") => Of(
        group, $$$"""{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{{schema}}}}{{{more}}}}""", scope: scope);

    /// <param name="versions">Of the list in the definition, with commas between them.</param>
    /// <param name="names">More names, with a comma before each.</param>
    public static string Of(string group, string versions, string names = "", string scope = "Namespaced", string more = "") => $$$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"crontabs.{{{group}}}"},
         "spec":{"group":"{{{group}}}","scope":"{{{scope}}}","names":{"plural":"crontabs","kind":"CronTab","shortNames":["ct"]{{{names}}}},"versions":[{{{versions}}}]{{{more}}}}}
        """;

    /// <summary>Makes a definition and waits until it is served.</summary>
    public static async Task<JsonNode> DefineAsync(this ServedApi api, string definition)
    {
        var made = (await api.PostAsync(All, definition)).Good().Body!;
        return await api.WaitAsync($"{All}/{made["metadata"]!["name"]}", body => ConditionOf(body, "Established")?["status"]?.ToString() == "True");
    }

    /// <summary>Makes a cron tab, which is of the version that it is made in.</summary>
    /// <param name="body">Without apiVersion and kind, and not empty.</param>
    public static Task<Answer> MakeAsync(this ServedApi api, string path, string body)
    {
        var parts = path.Split('/');
        return api.PostAsync(path, $$"""{"apiVersion":"{{parts[2]}}/{{parts[3]}}","kind":"CronTab",{{body.TrimStart()[1..]}}""");
    }

    /// <summary>Waits for an object to be so.</summary>
    public static async Task<JsonNode> WaitAsync(this ServedApi api, string path, Func<JsonNode, bool> isSo)
    {
        api.FollowDefinitions();
        using var bound = new CancellationTokenSource(Bound);
        while (true)
        {
            var body = (await api.GetAsync(path)).Body!;
            if (isSo(body))
            {
                return body;
            }

            Assert.False(bound.IsCancellationRequested, $"{path} stays as it is: {body}");
            await Task.Yield();
        }
    }

    public static JsonNode? ConditionOf(JsonNode definition, string type) =>
        definition["status"]?["conditions"]?.AsArray().FirstOrDefault(one => one!["type"]!.ToString() == type);
}
