using System.Net;
using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Authentication.Oidc;
using Coppice.ApiServer.Fairness;
using Coppice.ApiServer.Flowcontrol;
using Coppice.Controllers.NodeLifecycle;
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

    /// <summary>Whose ID tokens are taken; null for nobody's.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>Which requests are told of in the audit log; null for none.</summary>
    public string? AuditPolicyFile { get; init; }

    /// <summary>Where, and how much is kept; null for a file in the data directory.</summary>
    public AuditLogOptions? AuditLog { get; init; }

    /// <summary>How pods are given nodes, as Kubernetes' KubeSchedulerConfiguration; null for the usual way.</summary>
    public string? SchedulerConfigFile { get; init; }

    /// <summary>What is encrypted at rest and with which keys, as Kubernetes' EncryptionConfiguration; null for secrets with a key of our own.</summary>
    public string? EncryptionProviderConfig { get; init; }

    /// <summary>What of admission is switched on beside what always is, by Kubernetes' names.</summary>
    public ValueList<string> AdmissionPlugins { get; init; }

    /// <summary>The socket of a containerd that somebody else runs; null to run an own one.</summary>
    public string? ContainerdSocket { get; init; }

    /// <summary>The addresses of services and pods.</summary>
    public ClusterRanges Ranges { get; init; } = ClusterRanges.Default;

    /// <summary>The ports of the node that services get.</summary>
    public PortRange NodePorts { get; init; } = PortRange.NodePorts;

    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>The addresses that others reach this node by, one of a family; empty to take those of the default routes.</summary>
    public ValueList<IPAddress> NodeAddresses { get; init; }

    /// <summary>Processes and threads of one pod; -1 for no limit but that of all pods together.</summary>
    public long PodPidsLimit { get; init; } = PidLimits.PodMaxDefault;

    /// <summary>Requests that are answered at once: Kubernetes' defaults. Priority levels share the sum of both.</summary>
    public FlowOptions Flow { get; init; } = new();

    /// <summary>
    /// How long pods that do not say stay on a node that is not well: on a silent one for a moment, in which it may be back; on one whose
    /// agent reports trouble as long as that takes to mend itself, as when its container runtime is started again.
    /// </summary>
    public DefaultTolerations Tolerations { get; init; } = new(NotReadySeconds: 30, UnreachableSeconds: 3);

    /// <summary>How long a node may be silent.</summary>
    public NodeLifecycleOptions NodeLifecycle { get; init; } = NodeLifecycleOptions.Default;

    /// <summary>The cluster on another machine that this one is to be a node of; null to be a cluster itself.</summary>
    public JoinOptions? Join { get; init; }

    /// <summary>How long certificates are good that the cluster signs on request, those of its nodes among them; null for a year.</summary>
    public TimeSpan? SigningDuration { get; init; }

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
    public IReadOnlyDictionary<string, string> Flags => new Dictionary<string, string>(Said)
    {
        ["audit-log-path"] = AuditLog?.Path ?? "",
        ["cluster-domain"] = ClusterDomain,
        ["containerd"] = ContainerdSocket ?? "",
        ["data-dir"] = DataDirectory,
        ["default-not-ready-toleration-seconds"] = $"{Tolerations.NotReadySeconds}",
        ["default-unreachable-toleration-seconds"] = $"{Tolerations.UnreachableSeconds}",
        ["instance"] = Instance,
        ["join"] = $"{Join?.Server}",
        ["kubelet-port"] = $"{KubeletPort}",
        ["max-mutating-requests-inflight"] = $"{Flow.WritingMax}",
        ["max-requests-inflight"] = $"{Flow.ReadingMax}",
        ["node-address"] = string.Join(',', NodeAddresses),
        ["node-monitor-grace-period"] = $"{NodeLifecycle.GracePeriod.TotalSeconds}s",
        ["node-name"] = NodeName,
        ["node-port-range"] = $"{NodePorts}",
        ["pod-pids-limit"] = $"{PodPidsLimit}",
        ["pod-range"] = Ranges.PodsText,
        ["port"] = $"{Port}",
        ["registries"] = RegistriesFile ?? "",
        ["service-range"] = Ranges.ServicesText,
        ["token-auth-file"] = TokenAuthFile ?? "",
        ["tracing-endpoint"] = $"{Tracing?.Endpoint}",
        ["tracing-rate-per-million"] = $"{Tracing?.RatePerMillion ?? 0}",
    };
}
