using Coppice.Client;
using Coppice.Controllers.Deployments;
using Coppice.Controllers.EndpointAddresses;
using Coppice.Controllers.EndpointSlices;
using Coppice.Controllers.Replication;
using Coppice.Controllers.Runtime;
using Microsoft.Extensions.Logging;

namespace Coppice.Controllers;

/// <summary>
/// Every controller of the cluster. Make it before the caches run, since it declares to them what wakes whom; run the caches beside it.
/// </summary>
public sealed class ControllerSet
{
    private readonly Caches _caches;
    private readonly IReadOnlyList<Controller> _controllers;

    public ControllerSet(IApiClient api, Caches caches, IEventRecorder events, TimeProvider time, Random random, ILoggerFactory logs)
    {
        _caches = caches;
        _controllers =
        [
            ReplicationWakes.Declare(
                Make("ReplicaSets", new ReplicationReconciler<Objects.Apps.ReplicaSet>(ReplicatedKinds.ReplicaSets, caches.ReplicaSets, api, caches, events, time)),
                caches, caches.ReplicaSets, ReplicatedKinds.ReplicaSets),
            ReplicationWakes.Declare(
                Make("ReplicationControllers", new ReplicationReconciler<Objects.Core.ReplicationController>(ReplicatedKinds.ReplicationControllers, caches.ReplicationControllers, api, caches, events, time)),
                caches, caches.ReplicationControllers, ReplicatedKinds.ReplicationControllers),
            DeploymentReconciler.Declare(Make("Deployments", new DeploymentReconciler(api, caches, events, time)), caches),
            EndpointsReconciler.Declare(Make("Endpoints", new EndpointsReconciler(api, caches, time)), caches),
            EndpointSliceReconciler.Declare(Make("EndpointSlices", new EndpointSliceReconciler(api, caches, time)), caches),
            MirrorReconciler.Declare(Make("EndpointSliceMirroring", new MirrorReconciler(api, caches, time)), caches),
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
