using System.Text.Json.Nodes;

namespace Coppice.Network.PodNetwork;

/// <summary>
/// The CNI network of this node's pods: plugin <c>ptp</c> with <c>host-local</c> addresses. Why ptp and no bridge:
/// docs/decisions/pod-network.md.
/// </summary>
public static class CniConfiguration
{
    /// <summary>The configuration list as the CNI specification 0.4.0 wants it (JSON).</summary>
    public static string Describe(NetworkOptions options)
    {
        var plugin = new JsonObject
        {
            ["type"] = "ptp",
            // What leaves the cluster is masqueraded by our own rules, which know the ranges.
            ["ipMasq"] = false,
            ["ipam"] = new JsonObject
            {
                ["type"] = "host-local",
                ["dataDir"] = options.CniDataDirectory,
                ["ranges"] = new JsonArray(new JsonArray(new JsonObject { ["subnet"] = options.Ranges.NodePods.ToString() })),
                ["routes"] = new JsonArray(new JsonObject { ["dst"] = "0.0.0.0/0" }),
            },
        };
        if (options.Mtu > 0)
        {
            plugin["mtu"] = options.Mtu;
        }

        var list = new JsonObject
        {
            ["cniVersion"] = "0.4.0",
            ["name"] = options.Instance,
            ["plugins"] = new JsonArray(plugin),
        };
        return list.ToJsonString(new() { WriteIndented = true }) + "\n";
    }

    /// <summary>Writes it where the runtime looks, whole or not at all. Returns the file's path.</summary>
    public static string Write(NetworkOptions options)
    {
        Directory.CreateDirectory(options.CniConfigurationDirectory);
        Directory.CreateDirectory(options.CniDataDirectory);
        var path = Path.Combine(options.CniConfigurationDirectory, $"10-{options.Instance}.conflist");
        var text = Describe(options);
        if (File.Exists(path) && File.ReadAllText(path) == text)
        {
            return path;
        }

        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
        return path;
    }
}
