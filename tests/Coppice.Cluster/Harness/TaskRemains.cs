using System.Text.Json;
using Coppice.Testing;

namespace Coppice.Cluster.Harness;

/// <summary>What one container leaves outside its containerd's folders when its shim is ended by force: told by the container's bundle.</summary>
/// <param name="NetworkNamespace">The file of its pod's network, or null if it has none of its own.</param>
/// <param name="ShimSocket">The file the shim listened on, under /run; null if it is not known.</param>
/// <param name="RuncState">The folder where runc remembers the container: while it is there, none of the same name can be made.</param>
internal sealed record TaskRemains(string? NetworkNamespace, string? ShimSocket, string RuncState)
{
    // Deep enough for any data directory, and not so deep that the files of containers are looked through.
    private static readonly EnumerationOptions Nearby = new() { RecurseSubdirectories = true, MaxRecursionDepth = 3 };

    /// <summary>All tasks of the containerd below a folder.</summary>
    public static IReadOnlyList<TaskRemains> Find(string folder) =>
    [
        .. from kind in Directory.EnumerateDirectories(folder, "io.containerd.runtime.v2.task", Nearby)
           from owner in Directory.EnumerateDirectories(kind)
           from bundle in Directory.EnumerateDirectories(owner)
           where File.Exists(Path.Combine(bundle, "config.json"))
           select Read(bundle, Path.GetFileName(owner)),
    ];

    public async Task RemoveAsync()
    {
        if (NetworkNamespace is { } file && File.Exists(file))
        {
            await new Command("ip", "netns", "delete", Path.GetFileName(file)).RunAsync();
        }

        if (ShimSocket is not null)
        {
            File.Delete(ShimSocket);
        }

        if (Directory.Exists(RuncState))
        {
            Directory.Delete(RuncState, recursive: true);
        }
    }

    private static TaskRemains Read(string bundle, string owner)
    {
        var network = NetworkOf(File.ReadAllText(Path.Combine(bundle, "config.json")));
        var address = Path.Combine(bundle, "address");
        var socket = File.Exists(address) ? File.ReadAllText(address).Trim().Replace("unix://", "") : null;
        return new TaskRemains(network, socket, $"/run/containerd/runc/{owner}/{Path.GetFileName(bundle)}");
    }

    private static string? NetworkOf(string specification)
    {
        JsonElement linux;
        try
        {
            linux = JsonDocument.Parse(specification).RootElement.GetProperty("linux");
        }
        catch (JsonException)
        {
            // Its containerd was ended while it wrote this: nothing was started by it.
            return null;
        }

        return linux.GetProperty("namespaces").EnumerateArray()
            .Where(one => one.GetProperty("type").GetString() == "network" && one.TryGetProperty("path", out _))
            .Select(one => one.GetProperty("path").GetString()!)
            .FirstOrDefault(file => Path.GetDirectoryName(file) is "/run/netns" or "/var/run/netns");
    }
}
