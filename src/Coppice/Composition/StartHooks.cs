using System.Collections.Concurrent;
using Coppice.ApiServer.Http;

namespace Coppice.Composition;

/// <summary>
/// The steps of a server's start that are asked for by the names of Kubernetes' hooks. Each is finished once; it may be told and asked from
/// any thread.
/// </summary>
internal sealed class StartHooks
{
    public const string Informers = "generic-apiserver-start-informers";
    public const string FlowConsumer = "priority-and-fairness-config-consumer";
    public const string Definitions = "start-apiextensions-controllers";
    public const string DefinitionsSynced = "crd-informer-synced";
    public const string Namespaces = "start-system-namespaces-controller";
    public const string Authentication = "start-cluster-authentication-info-controller";
    public const string IdentityLease = "start-kube-apiserver-identity-lease-controller";
    public const string TokenTracking = "start-legacy-token-tracking-controller";
    public const string Roles = "rbac/bootstrap-roles";
    public const string PriorityClasses = "scheduling/bootstrap-system-priority-classes";
    public const string FlowProducer = "priority-and-fairness-config-producer";
    public const string ApiService = "bootstrap-controller";
    public const string ServiceRange = "start-kubernetes-service-cidr-controller";
    public const string ApiServices = "apiservice-registration-controller";
    public const string Availability = "apiservice-status-remote-available-controller";
    public const string Registration = "kube-apiserver-autoregistration";

    // In the order in which Kubernetes lists them.
    private static readonly string[] All =
    [
        Informers, FlowConsumer, Definitions, DefinitionsSynced, Namespaces, Authentication, IdentityLease, TokenTracking, Roles, PriorityClasses, FlowProducer,
        ApiService, ServiceRange, ApiServices, Availability, Registration,
    ];

    private readonly ConcurrentDictionary<string, bool> _finished = [];

    /// <summary>A check of each, which fails until it is finished.</summary>
    public IEnumerable<HealthCheck> Checks => All.Select(name => new HealthCheck($"poststarthook/{name}", false, () => _finished.ContainsKey(name) ? null : "not finished"));

    public void Finish(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _finished[name] = true;
        }
    }
}
