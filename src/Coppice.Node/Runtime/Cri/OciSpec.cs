using System.Text.Json.Nodes;

namespace Coppice.Node.Runtime.Cri;

/// <summary>The OCI specification of a container, changed as its edits say and as CDI's own library does it.</summary>
internal static class OciSpec
{
    /// <param name="spec">As JSON, without the byte order mark.</param>
    /// <exception cref="System.Text.Json.JsonException">It is none.</exception>
    public static string Apply(ReadOnlySpan<byte> spec, ContainerEdits edits)
    {
        var root = JsonNode.Parse(spec)!.AsObject();
        var process = Part(root, "process");
        SetEnvironment(List(process, "env"), edits.Environment);
        foreach (var device in edits.DeviceNodes)
        {
            Add(Part(root, "linux"), device, Part(process, "user"));
        }

        if (edits.Mounts.Count > 0)
        {
            SetMounts(root, edits.Mounts);
        }

        foreach (var hook in edits.Hooks)
        {
            List(Part(root, "hooks"), hook.Name).Add((JsonNode)Written(hook));
        }

        AddGroups(Part(process, "user"), edits.Groups);
        if (edits.IntelRdt is { } rdt)
        {
            Part(root, "linux")["intelRdt"] = Written(rdt);
        }

        return root.ToJsonString();
    }

    private static void SetEnvironment(JsonArray variables, IReadOnlyList<KeyValuePair<string, string>> edits)
    {
        foreach (var (name, value) in edits)
        {
            var there = variables.FirstOrDefault(one => ((string?)one)?.StartsWith($"{name}=", StringComparison.Ordinal) == true);
            if (there is null)
            {
                variables.Add((JsonNode)$"{name}={value}");
            }
            else
            {
                variables[variables.IndexOf(there)] = $"{name}={value}";
            }
        }
    }

    /// <summary>The node is the user's whom the container runs as, unless the edit names another.</summary>
    private static void Add(JsonObject linux, DeviceNode device, JsonObject user)
    {
        var written = new JsonObject { ["path"] = device.Path, ["type"] = device.Type };
        var isNumbered = device.Type != "p";
        if (isNumbered)
        {
            (written["major"], written["minor"]) = (device.Major, device.Minor);
        }

        SetUnlessNull(written, "fileMode", device.FileMode);
        SetUnlessNull(written, "uid", device.User ?? NotRoot(user, "uid"));
        SetUnlessNull(written, "gid", device.Group ?? NotRoot(user, "gid"));

        var devices = List(linux, "devices");
        devices.RemoveAll(one => (string?)one?["path"] == device.Path);
        devices.Add((JsonNode)written);
        if (device.Type is "b" or "c")
        {
            List(Part(linux, "resources"), "devices").Add((JsonNode)new JsonObject
            {
                ["allow"] = true, ["type"] = device.Type, ["major"] = device.Major, ["minor"] = device.Minor, ["access"] = device.Access,
            });
        }
    }

    /// <summary>What is mounted below another comes after it: the fewer parts a path has, the earlier.</summary>
    private static void SetMounts(JsonObject root, IReadOnlyList<OciMount> edits)
    {
        var mounts = List(root, "mounts");
        foreach (var edit in edits)
        {
            mounts.RemoveAll(one => (string?)one?["destination"] == edit.Destination);
            var written = new JsonObject { ["destination"] = edit.Destination, ["source"] = edit.Source, ["options"] = Written(edit.Options) };
            if (edit.Type is not null)
            {
                written["type"] = edit.Type;
            }

            mounts.Add((JsonNode)written);
        }

        root["mounts"] = new JsonArray([.. mounts.OrderBy(one => PartsOf((string?)one?["destination"] ?? "")).Select(one => one?.DeepClone())]);
    }

    private static int PartsOf(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Length;

    private static void AddGroups(JsonObject user, IReadOnlyList<uint> groups)
    {
        foreach (var group in groups.Where(one => one != 0))
        {
            var known = List(user, "additionalGids");
            if (!known.Any(one => (uint?)one == group))
            {
                known.Add((JsonNode)group);
            }
        }
    }

    private static JsonObject Written(OciHook hook)
    {
        var written = new JsonObject { ["path"] = hook.Path };
        if (hook.Arguments.Count > 0)
        {
            written["args"] = Written(hook.Arguments);
        }

        if (hook.Environment.Count > 0)
        {
            written["env"] = Written(hook.Environment);
        }

        if (hook.TimeoutSeconds is { } timeout)
        {
            written["timeout"] = timeout;
        }

        return written;
    }

    private static JsonObject Written(IntelRdt rdt)
    {
        var written = new JsonObject();
        foreach (var (name, text) in (ReadOnlySpan<(string, string)>)[("closID", rdt.ClosId), ("l3CacheSchema", rdt.L3CacheSchema), ("memBwSchema", rdt.MemBwSchema)])
        {
            if (text.Length > 0)
            {
                written[name] = text;
            }
        }

        if (rdt.Schemata.Count > 0)
        {
            written["schemata"] = Written(rdt.Schemata);
        }

        foreach (var (name, isOn) in (ReadOnlySpan<(string, bool)>)[("enableMonitoring", rdt.EnableMonitoring), ("enableCMT", rdt.EnableCmt), ("enableMBM", rdt.EnableMbm)])
        {
            if (isOn)
            {
                written[name] = true;
            }
        }

        return written;
    }

    private static JsonArray Written(IReadOnlyList<string> texts) => new([.. texts.Select(one => (JsonNode)one)]);

    private static uint? NotRoot(JsonObject user, string name) => (uint?)user[name] is { } id and > 0 ? id : null;

    private static void SetUnlessNull(JsonObject node, string name, uint? number)
    {
        if (number is { } known)
        {
            node[name] = known;
        }
    }

    private static JsonObject Part(JsonObject node, string name)
    {
        if (node[name] is not JsonObject part)
        {
            node[name] = part = new JsonObject();
        }

        return part;
    }

    private static JsonArray List(JsonObject node, string name)
    {
        if (node[name] is not JsonArray list)
        {
            node[name] = list = new JsonArray();
        }

        return list;
    }
}
