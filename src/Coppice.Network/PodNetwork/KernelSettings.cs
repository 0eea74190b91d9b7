using Coppice.Network.Netns;
using Coppice.Network.Nftables;

namespace Coppice.Network.PodNetwork;

/// <summary>The kernel settings without which pods and services cannot be reached.</summary>
public static class KernelSettings
{
    private static readonly (string Name, string Value, string Why)[] OfV4 =
    [
        ("net/ipv4/ip_forward", "1", "packets between pods are routed by the node"),
        // Node ports on localhost: a packet from 127.0.0.1 has to get out to a pod. The rules close what else this opens.
        ("net/ipv4/conf/all/route_localnet", "1", "node ports answer on localhost"),
    ];

    private static readonly (string Name, string Value, string Why)[] OfV6 =
    [
        ("net/ipv6/conf/all/disable_ipv6", "0", "pods have addresses of IPv6"),
        ("net/ipv6/conf/all/forwarding", "1", "packets between pods are routed by the node"),
        // For a second an address that was just given would not be answered by, while it is asked who else might have it. Nobody has: the host's
        // ends of pod links have the gateway's address, and nobody else is at the other end.
        ("net/ipv6/conf/default/accept_dad", "0", "pods are reached as soon as they have their addresses"),
    ];

    // 2 takes the routers' word also where packets are forwarded; 1, the usual, would lose the machine its default route.
    private const string Advertisements = "accept_ra";

    /// <summary>Sets what is not set yet, in the given network namespace (null: this process's own).</summary>
    /// <param name="families">Those of pods; null for IPv4 alone.</param>
    /// <exception cref="IOException">A setting could not be written; the message says which and what it is for.</exception>
    public static async Task ApplyAsync(string? namespacePath, IReadOnlyList<NftFamily>? families = null)
    {
        families ??= [NftFamily.V4];
        // /proc/sys/net shows the namespace of the thread that looks.
        using var inside = NamespaceThread.Start(namespacePath, "kernel settings");
        await inside.RunAsync(() =>
        {
            if (families.Contains(NftFamily.V6))
            {
                KeepAdvertisements();
            }

            foreach (var (name, value, why) in families.SelectMany(family => family == NftFamily.V6 ? OfV6 : OfV4))
            {
                Set(name, value, why);
            }

            return true;
        });
    }

    /// <summary>Before packets are forwarded: a device whose addresses and routes come from a router goes on listening to it.</summary>
    private static void KeepAdvertisements()
    {
        const string Devices = "/proc/sys/net/ipv6/conf";
        foreach (var device in Directory.Exists(Devices) ? Directory.GetDirectories(Devices).Select(path => Path.GetFileName(path)) : [])
        {
            if (device is not ("all" or "default" or "lo") && File.ReadAllText($"{Devices}/{device}/{Advertisements}").Trim() == "1")
            {
                Set($"net/ipv6/conf/{device}/{Advertisements}", "2", "the machine learns its routes from a router");
            }
        }
    }

    private static void Set(string name, string value, string why)
    {
        var path = $"/proc/sys/{name}";
        try
        {
            if (File.ReadAllText(path).Trim() != value)
            {
#pragma warning disable RS0030 // The file is the kernel's.
                File.WriteAllText(path, value + "\n");
#pragma warning restore RS0030
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The kernel setting {name.Replace('/', '.')} could not be set to {value} ({why}): {e.Message}", e);
        }
    }
}
