using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Controllers.AccountSecrets;
using Coppice.Controllers.Autoscaling;
using Coppice.Controllers.CronJobs;
using Coppice.Controllers.Certificates;
using Coppice.Controllers.DaemonSets;
using Coppice.Controllers.Deployments;
using Coppice.Controllers.DeviceTaints;
using Coppice.Controllers.Disruption;
using Coppice.Controllers.EndpointAddresses;
using Coppice.Controllers.EndpointSlices;
using Coppice.Controllers.EventExpiry;
using Coppice.Controllers.GarbageCollection;
using Coppice.Controllers.Jobs;
using Coppice.Controllers.LoadBalancers;
using Coppice.Controllers.Namespaces;
using Coppice.Controllers.NodeLifecycle;
using Coppice.Controllers.NodeLifecycle.Detection;
using Coppice.Controllers.NodeRanges;
using Coppice.Controllers.PodCollection;
using Coppice.Controllers.PolicyStatus;
using Coppice.Controllers.Quotas;
using Coppice.Controllers.Replication;
using Coppice.Controllers.ResourceClaims;
using Coppice.Controllers.RoleAggregation;
using Coppice.Controllers.Runtime;
using Coppice.Controllers.ServiceAccounts;
using Coppice.Controllers.ServiceRanges;
using Coppice.Controllers.StatefulSets;
using Coppice.Controllers.StorageProtection;
using Coppice.Controllers.TokenCleaning;
using Coppice.Controllers.Volumes;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Controllers;

/// <summary>Every controller of the cluster. Run the caches beside it.</summary>
public sealed class ControllerSet
{
    private readonly CacheSet _caches;
    private readonly IReadOnlyList<Controller> _controllers;
    private readonly ClaimFigures _claims;
    private readonly DeviceTaintFigures _taints = new();
    private readonly EveryKind _kinds;
    private readonly GarbageCollector _garbage;
    private readonly NodeHeartbeats _heartbeats;

    /// <param name="door">A client of the API for the controller of a name, under the service account that it has in kube-system.</param>
    public ControllerSet(Func<string, IApiClient> door, CacheSet caches, IEventRecorder events, ControllerOptions options, TimeProvider time, ILoggerFactory logs)
    {
        (_caches, _heartbeats) = (caches, options.Heartbeats ?? new(options.NodeLifecycle.Detector, time));
        _claims = new(caches);
        List<Controller> controllers =
        [
            // What answers requests: first told of a change, so first to act on it.
            Make("EndpointSlices", new EndpointSliceReconciler(door("endpointslice-controller"), caches, Teller("endpointslice-controller", "endpoint-slice-controller"), time)),
            Make("Endpoints", new EndpointsReconciler(door("endpoint-controller"), caches, time)),
            Make("EndpointSliceMirroring", new MirrorReconciler(door("endpointslicemirroring-controller"), caches, time)),
            Make("LoadBalancers", new LoadBalancerReconciler(door("service-controller"), caches, time)),

            // What keeps pods.
            Make("ReplicaSets", new ReplicationReconciler<ReplicaSet>(ReplicatedKinds.ReplicaSets, door("replicaset-controller"), caches, Teller("replicaset-controller"), time)),
            Make("ReplicationControllers", new ReplicationReconciler<ReplicationController>(
                ReplicatedKinds.ReplicationControllers, door("replication-controller"), caches, Teller("replication-controller"), time)),
            Make("Deployments", new DeploymentReconciler(door("deployment-controller"), caches, Teller("deployment-controller"), time)),
            Make("DaemonSets", new DaemonSetReconciler(door("daemon-set-controller"), caches, Teller("daemon-set-controller", "daemonset-controller"), time)),
            Make("StatefulSets", new StatefulSetReconciler(door("statefulset-controller"), caches, Teller("statefulset-controller"), time)),
            Make("Jobs", new JobReconciler(door("job-controller"), door("ttl-after-finished-controller"), caches, Teller("job-controller"), time)),
            Make("JobOrphans", new OrphanReconciler(door("job-controller"), caches, time)),
            Make("CronJobs", new CronJobReconciler(door("cronjob-controller"), caches, Teller("cronjob-controller"), time)),
            Make("Autoscalers", new AutoscalerReconciler(
                door("horizontal-pod-autoscaler"), caches, Teller("horizontal-pod-autoscaler"), options, time)),
            Make("DisruptionBudgets", new BudgetReconciler(door("disruption-controller"), caches, Teller("disruption-controller", "controllermanager"), options.Kinds, time)),
            Make("StaleDisruptions", new StaleDisruptionReconciler(door("disruption-controller"), caches, time)),
            Make("NodeLifecycle", new NodeLifecycleReconciler(
                door("node-controller"), door("pod-garbage-collector"), caches, Teller("node-controller"), new(options.NodeLifecycle, _heartbeats), time)),
            Make("PodCollection", new PodCollector(door("pod-garbage-collector"), caches, options.EndedPodsMax)),
        ];

        // What prepares and clears up; some of it among all kinds.
        _kinds = new EveryKind(caches, options.Kinds);
        controllers.Add(Make("NamespaceContent", new NamespaceContentReconciler(door("service-account-controller"), door("root-ca-cert-publisher"), caches, options.RootCertificates, time)));
        controllers.Add(Make("Namespaces", new NamespaceReconciler(door("namespace-controller"), caches, _kinds, options.Others, time)));
        controllers.Add(Make("Quotas", new QuotaReconciler(door("resourcequota-controller"), caches, _kinds, time)));
        controllers.Add(Make("ServiceAddresses", new ServiceAddressReconciler(door("coppice-service-addresses"), caches, time)));
        controllers.Add(Make("ServiceRanges", new ServiceRangeReconciler(door("service-cidrs-controller"), caches, time)));
        controllers.Add(Make("Claims", new ClaimReconciler(door("persistent-volume-binder"), caches, Teller("persistent-volume-binder", "persistentvolume-controller"), time)));
        controllers.Add(Make("Volumes", new VolumeReconciler(door("persistent-volume-binder"), caches, Teller("persistent-volume-binder", "persistentvolume-controller"), time)));
        controllers.Add(Make("ClaimExpansion", new ClaimExpansionReconciler(caches, Teller("expand-controller", "volume_expand"))));
        controllers.Add(Make("EphemeralVolumes", new EphemeralClaimReconciler(door("ephemeral-volume-controller"), caches, Teller("ephemeral-volume-controller", "ephemeral_volume"), time)));
        controllers.AddRange(OfDevices(door, caches, (_claims, _taints), Teller, time).Select(one => Make(one.Name, one.Reconciler)));
        controllers.AddRange(Protecting(door, caches).Select(one => Make(one.Name, one.Reconciler)));
        controllers.Add(Make("TokenCleaning", new TokenCleaner(door("token-cleaner"), caches, time)));
        controllers.Add(Make("RoleAggregation", new RoleAggregationReconciler(door("clusterrole-aggregation-controller"), caches, time)));
        controllers.Add(Make("CertificateCleaning", new CertificateCleaningReconciler(door("certificate-controller"), caches, time)));
        controllers.AddRange(Given(door, caches, Teller("node-controller", "cidrAllocator"), options, time).Select(one => Make(one.Name, one.Reconciler)));
        controllers.Add(Make("EventExpiry", new EventExpiryReconciler(door("coppice-event-expiry"), caches, options.EventTimeToLive, time)));
        _garbage = new GarbageCollector(door("generic-garbage-collector"), _kinds, Teller("generic-garbage-collector", "garbage-collector-controller"), time, LogOf("GarbageCollection"));
        _controllers = controllers;

        Controller Make(string name, IDeclaredReconciler reconciler) =>
            reconciler.Declare(new(name, reconciler, ReconcileOptions.Default, time, LogOf(name))).WokenByMoreOf(caches.Of<ResourceQuota>());

        // Events are written by the controller that tells, some under another name than its account's.
        IEventRecorder Teller(string controller, string? component = null) => events.As(component ?? controller, door(controller));

        ILogger LogOf(string name) => logs.CreateLogger($"Coppice.Controllers.{name}");
    }

    /// <summary>Those that see to devices and the claims of them.</summary>
    private static IEnumerable<(string Name, IDeclaredReconciler Reconciler)> OfDevices(
        Func<string, IApiClient> door, CacheSet caches, (ClaimFigures Claims, DeviceTaintFigures Taints) figures, Func<string, string?, IEventRecorder> teller, TimeProvider time)
    {
        const string Claims = "resource-claim-controller";
        const string Taints = "device-taint-eviction-controller";
        yield return ("PodDeviceClaims", new PodClaimReconciler(door(Claims), caches, figures.Claims, teller(Claims, "resource_claim"), time));
        yield return ("DeviceClaimUse", new ClaimUseReconciler(door(Claims), caches, time));
        yield return ("DeviceTaints", new DeviceTaintReconciler(door(Taints), caches, figures.Taints, teller(Taints, "device-taint-eviction"), time));
    }

    /// <summary>Those that keep storage from going while it is in use.</summary>
    private static IEnumerable<(string Name, IDeclaredReconciler Reconciler)> Protecting(Func<string, IApiClient> door, CacheSet caches) =>
    [
        ("ClaimProtection", new ClaimProtectionReconciler(door("pvc-protection-controller"), caches)),
        ("VolumeProtection", new VolumeProtectionReconciler(door("pv-protection-controller"), caches)),
        ("AttributesClassProtection", new AttributesClassProtectionReconciler(door("volumeattributesclass-protection-controller"), caches)),
    ];

    /// <summary>Those that need what not every process gives.</summary>
    /// <param name="ranger">Tells of nodes for which no addresses are left.</param>
    private static IEnumerable<(string Name, IDeclaredReconciler Reconciler)> Given(
        Func<string, IApiClient> door, CacheSet caches, IEventRecorder ranger, ControllerOptions options, TimeProvider time)
    {
        if (options.Ranges is { } ranges)
        {
            yield return ("NodeRanges", new NodeRangeReconciler(door("node-controller"), caches, ranger, ranges, time));
        }

        if (options.Tokens is { } issuer)
        {
            yield return ("AccountSecrets", new AccountSecretReconciler(issuer, caches, options.RootCertificates, time));
            yield return ("UnusedTokens", new UnusedTokenCleaner(door("legacy-service-account-token-cleaner"), caches, time));
        }

        if (options.Sign is { } sign)
        {
            yield return ("CertificateSigning", new CertificateSigningReconciler(door("certificate-controller"), caches, sign));
        }

        if (options.Allows is { } allows)
        {
            yield return ("CertificateApproval", new CertificateApprovalReconciler(door("certificate-controller"), caches, allows, options.NodeCompanions));
        }

        if (options.CheckPolicy is { } check)
        {
            yield return ("PolicyStatus", new PolicyStatusReconciler(door("validatingadmissionpolicy-status-controller"), caches, check, time));
        }
    }

    /// <summary>No controller has anything to do just now.</summary>
    public bool IsIdle => _garbage.IsIdle && _controllers.All(c => c.IsIdle);

    /// <summary>What its loops have to tell of their queues.</summary>
    public void WriteTo(MetricsText text)
    {
        foreach (var controller in _controllers)
        {
            controller.WriteTo(text);
        }

        _garbage.WriteTo(text);
        _claims.WriteTo(text);
        _taints.WriteTo(text);
    }

    /// <summary>Works from when the caches are filled until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var listening = _heartbeats;
        try
        {
            await _caches.WaitUntilSyncedAsync();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped before there was anything to see.
            return;
        }

        await LoopsTogether.RunAsync(stop, [.. _controllers.Select(c => (Func<CancellationToken, Task>)c.RunAsync), _garbage.RunAsync, _kinds.RunAsync]);
    }
}
