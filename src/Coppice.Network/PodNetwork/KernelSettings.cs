using Coppice.Network.Netns;

namespace Coppice.Network.PodNetwork;

/// <summary>The kernel settings without which pods and services cannot be reached.</summary>
public static class KernelSettings
{
    private static readonly (string Name, string Why)[] Needed =
    [
        ("net/ipv4/ip_forward", "packets between pods are routed by the node"),
        // Node ports on localhost: a packet from 127.0.0.1 has to get out to a pod. The rules close what else this opens.
        ("net/ipv4/conf/all/route_localnet", "node ports answer on localhost"),
    ];

    /// <summary>Sets what is not set yet, in the given network namespace (null: this process's own).</summary>
    /// <exception cref="IOException">A setting could not be written; the message says which and what it is for.</exception>
    public static async Task ApplyAsync(string? namespacePath)
    {
        // /proc/sys/net shows the namespace of the thread that looks.
        using var inside = NamespaceThread.Start(namespacePath, "kernel settings");
        await inside.RunAsync(() =>
        {
            foreach (var (name, why) in Needed)
            {
                Set(name, why);
            }

            return true;
        });
    }

    private static void Set(string name, string why)
    {
        var path = $"/proc/sys/{name}";
        try
        {
            if (File.ReadAllText(path).Trim() != "1")
            {
#pragma warning disable RS0030 // The file is the kernel's.
                File.WriteAllText(path, "1\n");
#pragma warning restore RS0030
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The kernel setting {name.Replace('/', '.')} could not be set to 1 ({why}): {e.Message}", e);
        }
    }
}
