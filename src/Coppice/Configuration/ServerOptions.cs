using System.Net;
using Coppice.Node.Pressure;
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

    /// <summary>The socket of a containerd that somebody else runs; null to run an own one.</summary>
    public string? ContainerdSocket { get; init; }

    /// <summary>Where the process logs to; null for its standard error.</summary>
    public string? LogFile { get; init; }

    /// <summary>The addresses of services and pods.</summary>
    public ClusterRanges Ranges { get; init; } = ClusterRanges.Default;

    /// <summary>The ports of the node that services get.</summary>
    public PortRange NodePorts { get; init; } = PortRange.NodePorts;

    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>The addresses that others reach this node by, one of a family; empty to take those of the default routes.</summary>
    public ValueList<IPAddress> NodeAddresses { get; init; }

    /// <summary>Processes and threads of one pod; -1 for no limit but that of all pods together.</summary>
    public long PodPidsLimit { get; init; } = PidLimits.PodMaxDefault;

    /// <summary>How long the node says that it is short of something after a pod was evicted for it.</summary>
    public TimeSpan EvictionTransitionPeriod { get; init; } = new EvictionOptions().TransitionPeriod;

    /// <summary>The cluster on another machine that this one is to be a node of; null to be a cluster itself.</summary>
    public JoinOptions? Join { get; init; }

    /// <summary>What only the machine with the API needs. It is there from when somebody asks: whoever never does loads nothing of the API.</summary>
    public ControlPlaneSettings ControlPlane
    {
        get => field ??= new();
        init;
    }

    /// <summary>Null for no traces.</summary>
    public TracingOptions? Tracing { get; init; }

    /// <summary>
    /// The node's components reach the API over HTTPS under certificates of their own, as on another machine, and not in the process. For
    /// tests: it shows that they need nothing else.
    /// </summary>
    public bool NodeOverHttps { get; init; }

    /// <summary>Names what is the machine's and not the data directory's: nftables table, cgroups. Two servers on one machine need two.</summary>
    public string Instance { get; init; } = InstanceName.Usual;

    /// <summary>What the command line has options for, with what was said; empty where nothing was.</summary>
    public IReadOnlyDictionary<string, string> Said { get; init; } = new Dictionary<string, string>();

    /// <summary>All that was said or is so by default, under the names of the command line.</summary>
    public IReadOnlyDictionary<string, string> Flags => new Dictionary<string, string>(Join is null ? ControlPlane.Flagged(Said) : Said)
    {
        ["cluster-domain"] = ClusterDomain,
        ["containerd"] = ContainerdSocket ?? "",
        ["data-dir"] = DataDirectory,
        ["eviction-pressure-transition-period"] = GoDuration.Write(EvictionTransitionPeriod),
        ["instance"] = Instance,
        ["join"] = $"{Join?.Server}",
        ["kubelet-port"] = $"{KubeletPort}",
        ["node-address"] = string.Join(',', NodeAddresses),
        ["node-name"] = NodeName,
        ["node-port-range"] = $"{NodePorts}",
        ["pod-pids-limit"] = $"{PodPidsLimit}",
        ["pod-range"] = Ranges.PodsText,
        ["port"] = $"{Port}",
        ["registries"] = RegistriesFile ?? "",
        ["service-range"] = Ranges.ServicesText,
        ["tracing-endpoint"] = $"{Tracing?.Endpoint}",
        ["tracing-rate-per-million"] = $"{Tracing?.RatePerMillion ?? 0}",
    };
}
