using Coppice.Client;
using Coppice.Controllers.Certificates;
using Coppice.Controllers.NodeLifecycle;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;

namespace Coppice.Controllers;

/// <summary>What the controllers are told by the process they run in.</summary>
/// <param name="RootCertificates">The cluster's CA as PEM, which every namespace gets as kube-root-ca.crt.</param>
public sealed record ControllerOptions(string RootCertificates)
{
    public NodeLifecycleOptions NodeLifecycle { get; init; } = NodeLifecycleOptions.Default;

    /// <summary>What there is to be collected, and to be emptied out of a namespace.</summary>
    public IKindSource Kinds { get; init; } = FixedKinds.BuiltIn;

    /// <summary>How the cluster's own authority signs; null where nothing is signed.</summary>
    public CertificateSigner? Sign { get; init; }

    /// <summary>Whether somebody may do something; null where nothing is approved.</summary>
    public Func<UserInfo, ResourceAttributes, CancellationToken, ValueTask<bool>>? Allows { get; init; }

    /// <summary>How long an event is kept after it was last written; an hour as in Kubernetes.</summary>
    public TimeSpan EventTimeToLive { get; init; } = TimeSpan.FromHours(1);
}
