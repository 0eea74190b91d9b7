using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Autoscaling.V2;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks;

/// <summary>What must be true of a cluster that was left alone: what is observed is what is desired, and nothing is left over.</summary>
internal sealed class Rest
{
    private readonly SimulatedCluster _cluster;
    private readonly ServerView _caches;
    private readonly List<string> _missing = [];

    private Rest(SimulatedCluster cluster)
    {
        _cluster = cluster;
        _caches = cluster.Caches;
    }

    /// <returns>What is not so yet, in words; empty when the cluster is at rest.</returns>
    public static IReadOnlyList<string> Missing(SimulatedCluster cluster)
    {
        var rest = new Rest(cluster);
        foreach (var workload in Workload.All(rest._caches))
        {
            rest.CheckWorkload(workload);
        }

        rest.CheckOwners();
        rest.CheckNamespaces();
        rest._missing.AddRange(ServicesAtRest.Missing(cluster));
        rest._missing.AddRange(BatchAtRest.Missing(cluster));
        rest._missing.AddRange(StorageAtRest.Missing(cluster));
        rest._missing.AddRange(PoliciesAtRest.Missing(cluster));
        foreach (var machine in cluster.Machines)
        {
            rest.CheckNode(machine);
            rest.CheckMachine(machine);
        }

        return rest._missing;
    }

    public static bool IsReady(Pod pod) => pod.Status.Conditions.Any(c => c is { Type: PodConditionType.Ready, Status: ConditionStatus.True });

    private void CheckWorkload(Workload workload)
    {
        var wanted = workload.Replicas ?? _cluster.Machines.Count;
        Expect(!workload.IsLeaving, $"{workload} is still on its way out");
        var (observed, counts) = Status(workload.Item);
        Expect(observed == workload.Item.Metadata.Generation, $"{workload}: its newest form was not observed");
        Expect(counts.All(c => c == wanted), $"{workload}: wants {wanted}, says {string.Join(", ", counts)}");
        var pods = workload.Pods(_caches);
        Expect(pods.Count == wanted, $"{workload}: wants {wanted} pods, has {pods.Count}: {string.Join(", ", pods.Select(Describe))}");
        foreach (var pod in pods)
        {
            var isNewest = !workload.RollsOut || pod.Spec.Containers[0].Image == workload.Image;
            Expect(IsReady(pod) && isNewest && pod.Metadata.DeletionTimestamp is null, $"{workload}: {Describe(pod)} is not as wanted");
        }

        if (workload.Replicas is null)
        {
            Expect(pods.DistinctBy(p => p.Spec.NodeName).Count() == wanted, $"{workload}: not one pod on each machine");
        }
    }

    private static (long? Observed, IReadOnlyList<int> Counts) Status(KubernetesObject item) => item switch
    {
        Deployment d => (d.Status.ObservedGeneration, [d.Status.Replicas, d.Status.ReadyReplicas, d.Status.UpdatedReplicas, d.Status.AvailableReplicas]),
        ReplicaSet s => (s.Status.ObservedGeneration, [s.Status.Replicas, s.Status.ReadyReplicas, s.Status.AvailableReplicas, s.Status.FullyLabeledReplicas]),
        ReplicationController c => (c.Status.ObservedGeneration, [c.Status.Replicas, c.Status.ReadyReplicas, c.Status.AvailableReplicas, c.Status.FullyLabeledReplicas]),
        StatefulSet s => (s.Status.ObservedGeneration, [s.Status.Replicas, s.Status.ReadyReplicas, s.Status.UpdatedReplicas, s.Status.CurrentReplicas, s.Status.AvailableReplicas]),
        DaemonSet s =>
            (s.Status.ObservedGeneration,
            [s.Status.DesiredNumberScheduled, s.Status.CurrentNumberScheduled, s.Status.NumberReady, s.Status.UpdatedNumberScheduled, s.Status.NumberAvailable]),
        _ => throw new InvalidOperationException($"no workload: {item}"),
    };

    // Whatever names an owner has one, and what is without is so because no owner chooses it.
    private void CheckOwners()
    {
        KubernetesObject[] all =
        [
            .. _caches.Leases.Items, .. _caches.Pods.Items, .. _caches.ReplicaSets.Items, .. _caches.ControllerRevisions.Items, .. _caches.EndpointSlices.Items,
            .. _cluster.Stored.All<Job>(), .. _cluster.Stored.All<PersistentVolumeClaim>(),
        ];
        var owners = Workload.All(_caches).Select(w => w.Uid)
            .Concat(_caches.ReplicaSets.Items.Select(s => s.Metadata.Uid!))
            .Concat(_caches.Services.Items.Select(s => s.Metadata.Uid!))
            .Concat(_caches.Nodes.Items.Select(n => n.Metadata.Uid!))
            .Concat(_caches.Pods.Items.Select(p => p.Metadata.Uid!))
            .Concat(_caches.CronJobs.Items.Select(c => c.Metadata.Uid!))
            .Concat(_cluster.Stored.All<Job>().Select(j => j.Metadata.Uid!))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var item in all)
        {
            foreach (var owner in item.Metadata.OwnerReferences.Where(o => !owners.Contains(o.Uid)))
            {
                Expect(false, $"{item.GetType().Name} {ObjectKey.Of(item)} outlived {owner.Kind} {owner.Name}");
            }
        }

        foreach (var pod in _caches.Pods.Items)
        {
            Expect(pod.Metadata.OwnerReferences.Count <= 1, $"{Describe(pod)} is of several");
            var isMissed = pod.Metadata.OwnerReferences.IsEmpty && _caches.ReplicaSets.Items.Select(s => new Workload(s)).Concat(Workload.All(_caches))
                .Any(w => w.Item is not Deployment && w.Key.Namespace == pod.Metadata.Namespace && w.IsChosen(pod));
            Expect(!isMissed, $"{Describe(pod)} is nobody's, and there is one who would take it in");
        }

        foreach (var set in _caches.ReplicaSets.Items)
        {
            Expect(set.Status.Replicas == (set.Spec.Replicas ?? 1), $"replica set {ObjectKey.Of(set)} wants {set.Spec.Replicas}, says {set.Status.Replicas}");
        }
    }

    private void CheckNamespaces()
    {
        var names = _caches.Namespaces.Items.Select(n => n.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var one in _caches.Namespaces.Items)
        {
            Expect(one.Metadata.DeletionTimestamp is null, $"namespace {one.Metadata.Name} is still on its way out");
            Expect(_caches.ServiceAccounts.Find(new(one.Metadata.Name!, "default")) is not null, $"namespace {one.Metadata.Name} has no account");
        }

        var stored = _cluster.Stored;
        KubernetesObject[] all =
        [
            .. _caches.ServiceAccounts.Items, .. _caches.ConfigMaps.Items, .. _caches.Services.Items, .. _caches.Events.Items,
            .. stored.All<Job>(), .. stored.All<CronJob>(), .. stored.All<PersistentVolumeClaim>(), .. stored.All<PodDisruptionBudget>(),
            .. stored.All<ResourceQuota>(), .. stored.All<LimitRange>(), .. stored.All<HorizontalPodAutoscaler>(),
        ];
        foreach (var item in all.Where(i => !names.Contains(i.Metadata.Namespace)))
        {
            Expect(false, $"{item.GetType().Name} {ObjectKey.Of(item)} outlived its namespace");
        }
    }

    private void CheckNode(SimulatedMachine machine)
    {
        var node = _caches.Nodes.Find(new("", machine.Name));
        Expect(node?.Status.Conditions.Any(c => c is { Type: NodeConditionType.Ready, Status: ConditionStatus.True }) == true, $"{machine.Name} is not Ready");
        Expect(_caches.Leases.Find(new("kube-node-lease", machine.Name)) is not null, $"{machine.Name} has no lease");
        Expect(node?.Spec is { Taints.IsEmpty: true, Unschedulable: false }, $"{machine.Name} still takes no pods: {node?.Spec.Taints}");
    }

    private void CheckMachine(SimulatedMachine machine)
    {
        var pods = _caches.PodsByNode.Find(machine.Name).ToDictionary(p => p.Metadata.Uid!, StringComparer.Ordinal);
        var held = machine.Held();
        foreach (var sandbox in held.Sandboxes)
        {
            Expect(pods.ContainsKey(sandbox.Pod.Uid), $"{machine.Name}: the sandbox of {sandbox.Pod.Name} belongs to no pod");
        }

        foreach (var container in held.Containers)
        {
            Expect(pods.ContainsKey(container.Pod.Uid), $"{machine.Name}: a container of {container.Pod.Name} belongs to no pod");
        }

        foreach (var uid in machine.HostResources.Prepared)
        {
            Expect(pods.ContainsKey(uid), $"{machine.Name}: what the host gave {uid} was not cleared");
        }

        // What is nobody's may be of a form that never runs.
        foreach (var (uid, pod) in pods.Where(p => !p.Value.Metadata.OwnerReferences.IsEmpty))
        {
            var isOver = pod.Status.Phase is PodPhase.Succeeded or PodPhase.Failed;
            var sandboxes = held.Sandboxes.Where(s => s.Pod.Uid == uid && s.State == SandboxState.Ready).ToList();
            var running = held.Containers.Count(c => c.Pod.Uid == uid && c.State == ContainerRunState.Running);
            var wanted = isOver ? 0 : pod.Spec.Containers.Count + pod.Spec.InitContainers.Count(c => c.RestartPolicy == RestartPolicy.Always);
            Expect(sandboxes.Count == (isOver ? 0 : 1) && running == wanted, $"{machine.Name}: {Describe(pod)} has {sandboxes.Count} sandboxes and {running} running containers");
            Expect(sandboxes.All(s => s.Addresses[0] == pod.Status.PodIP), $"{machine.Name}: {Describe(pod)} says another address than its sandbox has");
        }
    }

    private static string Describe(Pod pod) =>
        $"pod {ObjectKey.Of(pod)} ({pod.Status.Phase} on {pod.Spec.NodeName}, ready {IsReady(pod)}{(pod.Metadata.DeletionTimestamp is null ? "" : ", leaving")})";

    private void Expect(bool isSo, string what)
    {
        if (!isSo)
        {
            _missing.Add(what);
        }
    }
}
