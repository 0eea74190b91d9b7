using Coppice.Client;
using Coppice.Controllers.AccountSecrets;
using Coppice.Controllers.Autoscaling;
using Coppice.Controllers.Certificates;
using Coppice.Controllers.NodeLifecycle;
using Coppice.Controllers.NodeLifecycle.Detection;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;

namespace Coppice.Controllers;

/// <summary>What the controllers are told by the process they run in.</summary>
/// <param name="RootCertificates">The cluster's CA as PEM, which every namespace gets as kube-root-ca.crt.</param>
public sealed record ControllerOptions(string RootCertificates)
{
    public NodeLifecycleOptions NodeLifecycle { get; init; } = NodeLifecycleOptions.Default;

    /// <summary>What nodes say of themselves between their leases; null where they say nothing.</summary>
    public NodeHeartbeats? Heartbeats { get; init; }

    /// <summary>How many pods that have ended are kept before the oldest go; as many as in Kubernetes.</summary>
    public int EndedPodsMax { get; init; } = 12_500;

    public AutoscalerOptions Autoscalers { get; init; } = AutoscalerOptions.Default;

    /// <summary>Of which nodes get their pods' addresses; null where nobody hands them out.</summary>
    public ClusterRanges? Ranges { get; init; }

    /// <summary>What there is to be collected, and to be emptied out of a namespace.</summary>
    public IKindSource Kinds { get; init; } = FixedKinds.BuiltIn;

    /// <summary>What others serve of the API; null where nobody does.</summary>
    public OtherApis? Others { get; init; }

    /// <summary>How secrets are given tokens of service accounts; null where no tokens are issued.</summary>
    public TokenIssuer? Tokens { get; init; }

    /// <summary>How the cluster's own authority signs; null where nothing is signed.</summary>
    public CertificateSigner? Sign { get; init; }

    /// <summary>Whether somebody may do something; null where nothing is approved.</summary>
    public Func<UserInfo, ResourceAttributes, CancellationToken, ValueTask<bool>>? Allows { get; init; }

    /// <summary>As whom the components beside a node's agent come to the API: their certificates are approved when an agent asks.</summary>
    public IReadOnlyList<UserInfo> NodeCompanions { get; init; } = [];

    /// <summary>What of a policy's expressions does not fit the kinds that it is about; null where nobody looks.</summary>
    public Func<ValidatingAdmissionPolicySpec, ValueList<ExpressionWarning>>? CheckPolicy { get; init; }

    /// <summary>How long an event is kept after it was last written; an hour as in Kubernetes.</summary>
    public TimeSpan EventTimeToLive { get; init; } = TimeSpan.FromHours(1);
}
