using System.Collections.Concurrent;
using Coppice.ApiServer.Http;

namespace Coppice.Composition;

/// <summary>
/// The steps of a server's start, asked for by the names of Kubernetes' hooks that do the same. Each is finished once; it may be told and
/// asked from any thread.
/// </summary>
internal sealed class StartHooks
{
    // In the order in which Kubernetes lists them.
    private static readonly (string Name, StartStep Step)[] BeforeRegistration =
    [
        ("start-apiserver-admission-initializer", StartStep.Serving),
        ("generic-apiserver-start-informers", StartStep.Loops),
        ("priority-and-fairness-config-consumer", StartStep.Serving),
        ("priority-and-fairness-filter", StartStep.Serving),
        ("start-apiextensions-informers", StartStep.Definitions),
        ("start-apiextensions-controllers", StartStep.Loops),
        ("crd-informer-synced", StartStep.Definitions),
        ("start-system-namespaces-controller", StartStep.Namespaces),
        ("start-cluster-authentication-info-controller", StartStep.Authentication),
        ("start-kube-apiserver-identity-lease-controller", StartStep.Loops),
        ("start-kube-apiserver-identity-lease-garbage-collector", StartStep.Loops),
        ("start-legacy-token-tracking-controller", StartStep.Loops),
        ("start-service-ip-repair-controllers", StartStep.Loops),
        ("rbac/bootstrap-roles", StartStep.Roles),
        ("scheduling/bootstrap-system-priority-classes", StartStep.PriorityClasses),
        ("priority-and-fairness-config-producer", StartStep.Flows),
        ("bootstrap-controller", StartStep.ApiService),
        ("start-kubernetes-service-cidr-controller", StartStep.ServiceRange),
        ("aggregator-reload-proxy-client-cert", StartStep.Serving),
        ("start-kube-aggregator-informers", StartStep.Serving),
        ("apiservice-status-local-available-controller", StartStep.Serving),
        ("apiservice-status-remote-available-controller", StartStep.Serving),
        ("apiservice-registration-controller", StartStep.Serving),
        ("apiservice-discovery-controller", StartStep.Serving),
        ("kube-apiserver-autoregistration", StartStep.Serving),
    ];

    private static readonly (string Name, StartStep Step)[] AfterRegistration =
    [
        ("apiservice-openapi-controller", StartStep.Serving),
        ("apiservice-openapiv3-controller", StartStep.Serving),
    ];

    private readonly ConcurrentDictionary<StartStep, bool> _finished = [];

    /// <summary>A check of each, which fails until its step is finished.</summary>
    /// <param name="registered">Whether each API of this server is there, which is asked between them.</param>
    public IEnumerable<HealthCheck> Checks(HealthCheck registered) => [.. BeforeRegistration.Select(CheckOf), registered, .. AfterRegistration.Select(CheckOf)];

    public void Finish(StartStep step) => _finished[step] = true;

    private HealthCheck CheckOf((string Name, StartStep Step) hook) =>
        new($"poststarthook/{hook.Name}", false, () => _finished.ContainsKey(hook.Step) ? null : "not finished");
}
