using Coppice.Client;
using Coppice.Controllers.DaemonSets;
using Coppice.Controllers.Deployments;
using Coppice.Controllers.EndpointAddresses;
using Coppice.Controllers.EndpointSlices;
using Coppice.Controllers.EventExpiry;
using Coppice.Controllers.GarbageCollection;
using Coppice.Controllers.LoadBalancers;
using Coppice.Controllers.Namespaces;
using Coppice.Controllers.NodeLifecycle;
using Coppice.Controllers.Replication;
using Coppice.Controllers.Runtime;
using Coppice.Controllers.ServiceAccounts;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Controllers;

/// <summary>
/// Every controller of the cluster. Make it before the caches run, since it declares to them what wakes whom; run the caches beside it.
/// </summary>
public sealed class ControllerSet
{
    private readonly Caches _caches;
    private readonly IReadOnlyList<Controller> _controllers;

    public ControllerSet(IApiClient api, Caches caches, IEventRecorder events, ControllerOptions options, TimeProvider time, ILoggerFactory logs)
    {
        _caches = caches;
        var replicaSets = new ReplicationReconciler<ReplicaSet>(ReplicatedKinds.ReplicaSets, caches.ReplicaSets, api, caches, events.As("replicaset-controller"), time);
        var replicationControllers = new ReplicationReconciler<ReplicationController>(
            ReplicatedKinds.ReplicationControllers, caches.ReplicationControllers, api, caches, events.As("replication-controller"), time);
        _controllers =
        [
            // What answers requests: first told of a change, so first to act on it.
            EndpointSliceReconciler.Declare(Make("EndpointSlices", new EndpointSliceReconciler(api, caches, time)), caches),
            EndpointsReconciler.Declare(Make("Endpoints", new EndpointsReconciler(api, caches, time)), caches),
            MirrorReconciler.Declare(Make("EndpointSliceMirroring", new MirrorReconciler(api, caches, time)), caches),
            LoadBalancerReconciler.Declare(Make("LoadBalancers", new LoadBalancerReconciler(api, caches, time)), caches),

            // What keeps pods.
            ReplicationWakes.Declare(Make("ReplicaSets", replicaSets), caches, caches.ReplicaSets, ReplicatedKinds.ReplicaSets),
            ReplicationWakes.Declare(Make("ReplicationControllers", replicationControllers), caches, caches.ReplicationControllers, ReplicatedKinds.ReplicationControllers),
            DeploymentReconciler.Declare(Make("Deployments", new DeploymentReconciler(api, caches, events.As("deployment-controller"), time)), caches),
            DaemonSetReconciler.Declare(Make("DaemonSets", new DaemonSetReconciler(api, caches, events.As("daemonset-controller"), time)), caches),
            NodeLifecycleReconciler.Declare(Make("NodeLifecycle", new NodeLifecycleReconciler(api, caches, events.As("node-controller"), options.NodeLifecycle, time)), caches),

            // What prepares and clears up.
            NamespaceContentReconciler.Declare(Make("NamespaceContent", new NamespaceContentReconciler(api, caches, options.RootCertificates, time)), caches),
            NamespaceReconciler.Declare(Make("Namespaces", new NamespaceReconciler(api, caches, time)), caches),
            EventExpiryReconciler.Declare(Make("EventExpiry", new EventExpiryReconciler(api, caches, options.EventTimeToLive, time))),
            .. GarbageGraph.Declare(Make, caches, time),
        ];

        Controller Make(string name, IReconciler reconciler) =>
            new(name, reconciler, ReconcileOptions.Default, time, logs.CreateLogger($"Coppice.Controllers.{name}"));
    }

    /// <summary>No controller has anything to do just now.</summary>
    public bool IsIdle => _controllers.All(c => c.IsIdle);

    /// <summary>Works from when the caches are filled until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await _caches.WaitUntilSyncedAsync();
        await Task.WhenAll(_controllers.Select(c => c.RunAsync(stop)));
    }
}
