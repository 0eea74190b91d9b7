using Coppice.Objects.Core;

namespace Coppice.Node.Containers;

/// <summary>Which settings of the kernel a pod may change: those that are its namespaces' own and change nothing for others. Pure.</summary>
public static class Sysctls
{
    private enum Space
    {
        Ipc,
        Net,
    }

    /// <summary>Kubernetes' list.</summary>
    private static readonly SortedDictionary<string, Space> Safe = new(StringComparer.Ordinal)
    {
        ["kernel.shm_rmid_forced"] = Space.Ipc,
        ["net.ipv4.ip_local_port_range"] = Space.Net,
        ["net.ipv4.tcp_syncookies"] = Space.Net,
        ["net.ipv4.ping_group_range"] = Space.Net,
        ["net.ipv4.ip_unprivileged_port_start"] = Space.Net,
        ["net.ipv4.ip_local_reserved_ports"] = Space.Net,
        ["net.ipv4.tcp_keepalive_time"] = Space.Net,
        ["net.ipv4.tcp_fin_timeout"] = Space.Net,
        ["net.ipv4.tcp_keepalive_intvl"] = Space.Net,
        ["net.ipv4.tcp_keepalive_probes"] = Space.Net,
        ["net.ipv4.tcp_rmem"] = Space.Net,
        ["net.ipv4.tcp_wmem"] = Space.Net,
    };

    /// <summary>Why a pod may not have one of its settings, in the kubelet's words; null if it may have all.</summary>
    public static string? Forbidden(PodSpec spec)
    {
        foreach (var one in spec.SecurityContext?.Sysctls ?? [])
        {
            var name = DotsOf(one.Name);
            if (!Safe.TryGetValue(name, out var space))
            {
                return $"forbidden sysctl: \"{name}\" not allowlisted";
            }

            if (space == Space.Net ? spec.HostNetwork : spec.HostIPC)
            {
                return $"forbidden sysctl: \"{name}\" not allowed with host {(space == Space.Net ? "net" : "ipc")} enabled";
            }
        }

        return null;
    }

    /// <summary>net/ipv4/conf/eth0.1/forwarding is net.ipv4.conf.eth0/1.forwarding: which of the two divides is what comes first.</summary>
    public static string DotsOf(string name)
    {
        var first = name.IndexOfAny(['.', '/']);
        return first < 0 || name[first] == '.' ? name : string.Concat(name.Select(one => one switch { '.' => '/', '/' => '.', _ => one }));
    }
}
