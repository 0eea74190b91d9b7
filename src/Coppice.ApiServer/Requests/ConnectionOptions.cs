using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Kinds;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Requests;

/// <summary>What is asked of a connection by its query and its path, in the form that admission is told: PodExecOptions and the like.</summary>
internal static class ConnectionOptions
{
    private static readonly string[] Switches = ["stdin", "stdout", "stderr", "tty"];

    public static JsonElement Of(Subresource door, HttpRequest request)
    {
        var (query, kind) = (request.Query, door.Answers);
        var options = new JsonObject
        {
            ["kind"] = kind.Kind,
            ["apiVersion"] = kind.Group.Length == 0 ? kind.Version : $"{kind.Group}/{kind.Version}",
        };
        switch (door.Name)
        {
            case "exec" or "attach":
                foreach (var name in Switches.Where(query.IsTrue))
                {
                    options[name] = true;
                }

                AddText(options, "container", query.First("container"));
                AddList(options, "command", door.Name == "exec" ? query["command"].Select(word => (JsonNode?)(word ?? "")) : []);
                break;
            case "portforward":
                AddList(options, "ports", query["ports"].Where(port => int.TryParse(port, CultureInfo.InvariantCulture, out _)).Select(port => (JsonNode?)int.Parse(port!, CultureInfo.InvariantCulture)));
                break;
            case "proxy":
                AddText(options, "path", PathBehind(request.Path.Value ?? "", door.Name));
                break;
        }

        using var document = JsonDocument.Parse(options.ToJsonString());
        return document.RootElement.Clone();
    }

    private static void AddText(JsonObject options, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            options[name] = text;
        }
    }

    private static void AddList(JsonObject options, string name, IEnumerable<JsonNode?> items)
    {
        if (items.ToArray() is { Length: > 0 } list)
        {
            options[name] = new JsonArray(list);
        }
    }

    private static string PathBehind(string path, string subresource) =>
        path.IndexOf($"/{subresource}/", StringComparison.Ordinal) is >= 0 and var at ? path[(at + subresource.Length + 2)..] : "";
}
