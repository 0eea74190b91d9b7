using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Coppice.Client;
using Coppice.Objects;

namespace Coppice.Network.PodNetwork;

/// <summary>
/// The CNI network of this node's pods: plugin <c>ptp</c> with <c>host-local</c> addresses. Why ptp and no bridge:
/// docs/decisions/pod-network.md.
/// </summary>
public static class CniConfiguration
{
    /// <summary>The configuration list as the CNI specification 0.4.0 wants it (JSON).</summary>
    /// <param name="pods">The addresses of this node's pods, a range of each family; null for those of a cluster's first node.</param>
    public static string Describe(NetworkOptions options, IReadOnlyList<IPNetwork>? pods = null)
    {
        var ranges = pods ?? options.Ranges.NodePods;
        var plugin = new JsonObject
        {
            ["type"] = "ptp",
            // What leaves the cluster is masqueraded by our own rules, which know the ranges.
            ["ipMasq"] = false,
            ["ipam"] = new JsonObject
            {
                ["type"] = "host-local",
                ["dataDir"] = options.CniDataDirectory,
                // An address out of each.
                ["ranges"] = new JsonArray([.. ranges.Select(range => new JsonArray(new JsonObject { ["subnet"] = range.ToString() }))]),
                ["routes"] = new JsonArray([.. ranges.Select(range => new JsonObject { ["dst"] = ClusterRanges.IsV6(range) ? "::/0" : "0.0.0.0/0" })]),
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
            ["plugins"] = options.FirstPlugin is { } first ? new JsonArray(new JsonObject { ["type"] = first }, plugin) : new JsonArray(plugin),
        };
        return list.ToJsonString(new() { WriteIndented = true }) + "\n";
    }

    /// <summary>
    /// Removes what CNI keeps of pods' networks outside of our directories, by the network's name: pods that are ended with their sandboxes, and
    /// not through the runtime, leave it there.
    /// </summary>
    /// <param name="directory">Where it keeps it.</param>
    public static void RemoveResults(string instance, string directory = "/var/lib/cni/results")
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        // NETWORK-SANDBOX-INTERFACE: a sandbox is 64 digits, so that the name of another instance, which may begin with ours, is told apart.
        var own = new Regex($"^{Regex.Escape(instance)}-[0-9a-f]{{64}}-[^-]+$");
        foreach (var file in Directory.EnumerateFiles(directory).Where(file => own.IsMatch(Path.GetFileName(file))))
        {
            File.Delete(file);
        }
    }

    /// <summary>
    /// Writes it where the runtime looks, whole or not at all; the runtime sees that it is another one. Returns the file's path. Pods that have
    /// addresses keep them.
    /// </summary>
    public static string Write(NetworkOptions options, IReadOnlyList<IPNetwork>? pods = null)
    {
        OwnFiles.MakePrivateDirectory(options.CniConfigurationDirectory);
        OwnFiles.MakePrivateDirectory(options.CniDataDirectory);
        var path = Path.Combine(options.CniConfigurationDirectory, $"10-{options.Instance}.conflist");
        var text = Describe(options, pods);
        if (File.Exists(path) && File.ReadAllText(path) == text)
        {
            return path;
        }

        OwnFiles.WritePrivate(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
        return path;
    }
}
