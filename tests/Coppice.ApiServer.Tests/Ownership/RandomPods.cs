using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Tests.Ownership;

/// <summary>Random configurations of one pod, from few names and values, so that those of several managers meet. A seed makes the same ones.</summary>
internal sealed class RandomPods(Random random)
{
    public JsonElement Next()
    {
        var pod = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod" };
        var metadata = new JsonObject { ["name"] = "p" };
        Maybe(metadata, "labels", () => Map("app", "tier", "x"));
        Maybe(metadata, "annotations", () => Map("a", "b"));
        Maybe(metadata, "finalizers", () => List(3, i => $"f/{i}"));
        pod["metadata"] = metadata;
        var spec = new JsonObject();
        Maybe(spec, "nodeName", () => Value());
        Maybe(spec, "nodeSelector", () => Map("disk"));
        Maybe(spec, "securityContext", () => random.Next(3) == 0 ? [] : new JsonObject { ["runAsUser"] = random.Next(2) });
        Maybe(spec, "tolerations", () => List(2, i => new JsonObject { ["key"] = $"t{i}" }));
        Maybe(spec, "containers", () => List(4, i => Container($"c{i}")), often: true);
        Maybe(spec, "volumes", () => List(3, i => Volume($"v{i}")));
        pod["spec"] = spec;
        return Sets.Json(pod.ToJsonString());
    }

    private JsonObject Container(string name)
    {
        var container = new JsonObject { ["name"] = name };
        Maybe(container, "image", () => Value());
        Maybe(container, "command", () => List(2, i => $"{i}"));
        Maybe(container, "env", () => List(3, i => new JsonObject { ["name"] = $"E{i}", ["value"] = Value() }));
        Maybe(container, "ports", () => List(2, Port));
        Maybe(container, "resources", () => random.Next(2) == 0 ? [] : new JsonObject { ["limits"] = Map("cpu", "memory") });
        return container;
    }

    private JsonNode Port(int number)
    {
        var port = new JsonObject { ["containerPort"] = 80 + number };
        Maybe(port, "protocol", () => random.Next(2) == 0 ? "TCP" : "UDP");
        Maybe(port, "hostPort", () => random.Next(2));
        return port;
    }

    private JsonNode Volume(string name) => random.Next(2) == 0
        ? new JsonObject { ["name"] = name, ["emptyDir"] = new JsonObject() }
        : new JsonObject { ["name"] = name, ["configMap"] = new JsonObject { ["name"] = Value() } };

    private JsonNode Value() => $"{random.Next(2)}";

    private JsonObject Map(params string[] keys)
    {
        var map = new JsonObject();
        foreach (var key in keys)
        {
            Maybe(map, key, Value);
        }

        map[keys[0]] ??= Value();
        return map;
    }

    /// <summary>Some of so many, at least one, each once, in any order.</summary>
    private JsonArray List(int of, Func<int, JsonNode> element)
    {
        int[] all = [.. Enumerable.Range(0, of)];
        random.Shuffle(all);
        return [.. all.Take(1 + random.Next(of)).Select(element)];
    }

    private void Maybe(JsonObject map, string name, Func<JsonNode> value, bool often = false)
    {
        if (random.Next(often ? 5 : 2) > 0 || (!often && random.Next(3) == 0))
        {
            map[name] = value();
        }
    }
}
