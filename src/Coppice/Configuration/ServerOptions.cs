using System.Net;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Objects;

namespace Coppice.Configuration;

/// <summary>The settings of a server: what <c>coppice run</c> takes, with its defaults.</summary>
public sealed record ServerOptions
{
    /// <summary>Everything that must outlive the process: objects, keys, containers, logs.</summary>
    public string DataDirectory { get; init; } = "/var/lib/coppice";

    /// <summary>The node's name in the cluster; lower case, as DNS has it.</summary>
    public string NodeName { get; init; } = Dns.GetHostName().ToLowerInvariant();

    /// <summary>Where the API listens, on every address of the machine.</summary>
    public int Port { get; init; } = 6443;

    /// <summary>Where the node's own endpoint listens, on every address of the machine.</summary>
    public int KubeletPort { get; init; } = 10250;

    /// <summary>Mirrors and credentials of image registries; null for none.</summary>
    public string? RegistriesFile { get; init; }

    /// <summary>Static tokens and whose they are, as Kubernetes has them in a file; null for none.</summary>
    public string? TokenAuthFile { get; init; }

    /// <summary>The socket of a containerd that somebody else runs; null to run an own one.</summary>
    public string? ContainerdSocket { get; init; }

    /// <summary>The addresses of services and pods.</summary>
    public ClusterRanges Ranges { get; init; } = ClusterRanges.Default;

    /// <summary>The ports of the node that services get.</summary>
    public PortRange NodePorts { get; init; } = PortRange.NodePorts;

    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>The address that others reach this node by; null to take that of the default route.</summary>
    public IPAddress? NodeAddress { get; init; }

    /// <summary>Processes and threads of one pod; -1 for no limit but that of all pods together.</summary>
    public long PodPidsLimit { get; init; } = PidLimits.PodMaxDefault;

    /// <summary>
    /// The node's components reach the API over HTTPS under certificates of their own, as on another machine, and not in the process. For
    /// tests: it shows that they need nothing else.
    /// </summary>
    public bool NodeOverHttps { get; init; }

    /// <summary>Names what is the machine's and not the data directory's: nftables table, cgroups. Two servers on one machine need two.</summary>
    public string Instance { get; init; } = InstanceName.Usual;
}
