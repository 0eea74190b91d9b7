using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Authentication.Oidc;
using Coppice.ApiServer.Fairness;
using Coppice.Controllers.NodeLifecycle;
using Coppice.Objects;

namespace Coppice.Configuration;

/// <summary>The settings of the API, the controllers and the scheduler: of a server, and not of a node that joins one.</summary>
public sealed record ControlPlaneSettings
{
    /// <summary>The defaults of <see cref="Tolerations"/>.</summary>
    public const long NotReadySecondsUsual = 30;

    /// <summary>Likewise.</summary>
    public const long UnreachableSecondsUsual = 3;

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

    /// <summary>Requests that are answered at once: Kubernetes' defaults. Priority levels share the sum of both.</summary>
    public FlowOptions Flow { get; init; } = new();

    /// <summary>
    /// How long pods that do not say stay on a node that is not well: on a silent one for a moment, in which it may be back; on one whose
    /// agent reports trouble as long as that takes to mend itself, as when its container runtime is started again.
    /// </summary>
    public DefaultTolerations Tolerations { get; init; } = new(NotReadySecondsUsual, UnreachableSecondsUsual);

    /// <summary>How long a node may be silent.</summary>
    public NodeLifecycleOptions NodeLifecycle { get; init; } = NodeLifecycleOptions.Default;

    /// <summary>How long certificates are good that the cluster signs on request, those of its nodes among them; null for a year.</summary>
    public TimeSpan? SigningDuration { get; init; }

    /// <summary>What was said, and what is so by default, under the names of the command line.</summary>
    public IReadOnlyDictionary<string, string> Flagged(IReadOnlyDictionary<string, string> said) => new Dictionary<string, string>(said)
    {
        ["audit-log-path"] = AuditLog?.Path ?? "",
        ["default-not-ready-toleration-seconds"] = $"{Tolerations.NotReadySeconds}",
        ["default-unreachable-toleration-seconds"] = $"{Tolerations.UnreachableSeconds}",
        ["max-mutating-requests-inflight"] = $"{Flow.WritingMax}",
        ["max-requests-inflight"] = $"{Flow.ReadingMax}",
        ["node-monitor-grace-period"] = $"{NodeLifecycle.GracePeriod.TotalSeconds}s",
        ["token-auth-file"] = TokenAuthFile ?? "",
    };
}
