using Coppice.Client;
using Coppice.Controllers.CronJobs;
using Coppice.Controllers.Certificates;
using Coppice.Controllers.DaemonSets;
using Coppice.Controllers.Deployments;
using Coppice.Controllers.Disruption;
using Coppice.Controllers.EndpointAddresses;
using Coppice.Controllers.EndpointSlices;
using Coppice.Controllers.EventExpiry;
using Coppice.Controllers.GarbageCollection;
using Coppice.Controllers.Jobs;
using Coppice.Controllers.LoadBalancers;
using Coppice.Controllers.Namespaces;
using Coppice.Controllers.NodeLifecycle;
using Coppice.Controllers.Quotas;
using Coppice.Controllers.Replication;
using Coppice.Controllers.RoleAggregation;
using Coppice.Controllers.Runtime;
using Coppice.Controllers.ServiceAccounts;
using Coppice.Controllers.StatefulSets;
using Coppice.Controllers.StorageProtection;
using Coppice.Controllers.TokenCleaning;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Controllers;

/// <summary>Every controller of the cluster. Run the caches beside it.</summary>
public sealed class ControllerSet
{
    private readonly CacheSet _caches;
    private readonly IReadOnlyList<Controller> _controllers;
    private readonly EveryKind _kinds;
    private readonly GarbageCollector _garbage;

    public ControllerSet(IApiClient api, CacheSet caches, IEventRecorder events, ControllerOptions options, TimeProvider time, ILoggerFactory logs)
    {
        _caches = caches;
        var sets = ReplicatedKinds.ReplicaSets;
        var oldSets = ReplicatedKinds.ReplicationControllers;
        List<Controller> controllers =
        [
            // What answers requests: first told of a change, so first to act on it.
            Make("EndpointSlices", new EndpointSliceReconciler(api, caches, time)),
            Make("Endpoints", new EndpointsReconciler(api, caches, time)),
            Make("EndpointSliceMirroring", new MirrorReconciler(api, caches, time)),
            Make("LoadBalancers", new LoadBalancerReconciler(api, caches, time)),

            // What keeps pods.
            Make("ReplicaSets", new ReplicationReconciler<ReplicaSet>(sets, api, caches, events.As("replicaset-controller"), time)),
            Make("ReplicationControllers", new ReplicationReconciler<ReplicationController>(oldSets, api, caches, events.As("replication-controller"), time)),
            Make("Deployments", new DeploymentReconciler(api, caches, events.As("deployment-controller"), time)),
            Make("DaemonSets", new DaemonSetReconciler(api, caches, events.As("daemonset-controller"), time)),
            Make("StatefulSets", new StatefulSetReconciler(api, caches, events.As("statefulset-controller"), time)),
            Make("Jobs", new JobReconciler(api, caches, events.As("job-controller"), time)),
            Make("JobOrphans", new OrphanReconciler(api, caches, time)),
            Make("CronJobs", new CronJobReconciler(api, caches, events.As("cronjob-controller"), time)),
            Make("DisruptionBudgets", new BudgetReconciler(api, caches, events.As("controllermanager"), time)),
            Make("NodeLifecycle", new NodeLifecycleReconciler(api, caches, events.As("node-controller"), options.NodeLifecycle, time)),
        ];

        // What prepares and clears up; some of it among all kinds.
        _kinds = new EveryKind(caches, options.Kinds);
        controllers.Add(Make("NamespaceContent", new NamespaceContentReconciler(api, caches, options.RootCertificates, time)));
        controllers.Add(Make("Namespaces", new NamespaceReconciler(api, caches, _kinds, time)));
        controllers.Add(Make("Quotas", new QuotaReconciler(api, caches, _kinds, time)));
        controllers.Add(Make("ClaimProtection", new ClaimProtectionReconciler(api, caches)));
        controllers.Add(Make("VolumeProtection", new VolumeProtectionReconciler(api, caches)));
        controllers.Add(Make("AttributesClassProtection", new AttributesClassProtectionReconciler(api, caches)));
        controllers.Add(Make("TokenCleaning", new TokenCleaner(api, caches, time)));
        controllers.Add(Make("RoleAggregation", new RoleAggregationReconciler(api, caches, time)));
        controllers.Add(Make("CertificateCleaning", new CertificateCleaningReconciler(api, caches, time)));
        if (options.Sign is { } sign)
        {
            controllers.Add(Make("CertificateSigning", new CertificateSigningReconciler(api, caches, sign)));
        }

        if (options.Allows is { } allows)
        {
            controllers.Add(Make("CertificateApproval", new CertificateApprovalReconciler(api, caches, allows)));
        }

        controllers.Add(Make("EventExpiry", new EventExpiryReconciler(api, caches, options.EventTimeToLive, time)));
        _garbage = new GarbageCollector(api, _kinds, time, LogOf("GarbageCollection"));
        _controllers = controllers;

        Controller Make(string name, IDeclaredReconciler reconciler) =>
            reconciler.Declare(new(name, reconciler, ReconcileOptions.Default, time, LogOf(name)));

        ILogger LogOf(string name) => logs.CreateLogger($"Coppice.Controllers.{name}");
    }

    /// <summary>No controller has anything to do just now.</summary>
    public bool IsIdle => _garbage.IsIdle && _controllers.All(c => c.IsIdle);

    /// <summary>Works from when the caches are filled until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await _caches.WaitUntilSyncedAsync();
        await Task.WhenAll([.. _controllers.Select(c => c.RunAsync(stop)), _garbage.RunAsync(stop), _kinds.RunAsync(stop)]);
    }
}
