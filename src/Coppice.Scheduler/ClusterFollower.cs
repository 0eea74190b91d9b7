using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>
/// Brings what changed in the API into what the scheduler knows, and wakes the pods that it may help. For the scheduling loop alone, which
/// calls it in the order of the changes.
/// </summary>
internal sealed class ClusterFollower(ClusterState cluster, SchedulingQueue queue, Nominations nominations, ProfileSet profiles)
{
    private readonly HashSet<ObjectKey> _gated = [];

    /// <summary>How many pods wait for somebody to lift their gates.</summary>
    public int Gated => _gated.Count;

    /// <summary>Has all changes put where the loop takes them, but for those of claims of volumes: what became of them is also for the loop.</summary>
    public void Follow(SchedulerCaches caches, Action<Action> put)
    {
        caches.Pods.Subscribe(change => put(() => Learn(change)));
        caches.Nodes.Subscribe(change => put(() => Learn(change)));
        caches.Namespaces.Subscribe(change => put(() => Learn(change)));
        caches.Budgets.Subscribe(change => put(() => cluster.Budgets.Learn(change)));
        caches.Workloads.Services.Subscribe(change => put(() => cluster.Workloads.Learn(change)));
        caches.Workloads.ReplicaSets.Subscribe(change => put(() => cluster.Workloads.Learn(change)));
        caches.Workloads.StatefulSets.Subscribe(change => put(() => cluster.Workloads.Learn(change)));
        caches.Workloads.ReplicationControllers.Subscribe(change => put(() => cluster.Workloads.Learn(change)));
        caches.Storage.Volumes.Subscribe(change => put(() => LearnStorage(storage => storage.Learn(change))));
        caches.Storage.Classes.Subscribe(change => put(() => LearnStorage(storage => storage.Learn(change))));
        caches.Storage.Nodes.Subscribe(change => put(() => LearnStorage(storage => storage.Learn(change))));
        caches.Storage.Attachments.Subscribe(change => put(() => LearnStorage(storage => storage.Learn(change))));
        caches.Devices.Claims.Subscribe(change => put(() => Learn(change)));
        caches.Devices.Classes.Subscribe(change => put(() => LearnDevices(devices => devices.Learn(change))));
        caches.Devices.Slices.Subscribe(change => put(() => LearnDevices(devices => devices.Learn(change))));
    }

    public void Learn(ObjectChange<Pod> change)
    {
        var key = ObjectKey.Of(change.Item);
        _ = change.New is { } waiting && IsOurs(waiting) && !waiting.Spec.SchedulingGates.IsEmpty ? _gated.Add(key) : _gated.Remove(key);
        if (change.New is not { } pod || pod.Status.Phase is PodPhase.Succeeded or PodPhase.Failed)
        {
            Forget(key);
            Remove(change.Item);
        }
        else if (pod.Spec.NodeName is { Length: > 0 })
        {
            Forget(key);
            LearnAssigned(change.Old, pod);
        }
        else if (!WantsNode(pod))
        {
            Forget(key);
        }
        else if (!cluster.IsAssumed(pod))
        {
            LearnNomination(change.Old, pod);

            // What others wrote about it (its status) helps nothing; what it asks for may, and so does the name of a claim that was made for it.
            var isSame = change.Old is { } old && old.Spec == pod.Spec && old.Metadata.Labels == pod.Metadata.Labels
                && old.Status.ResourceClaimStatuses == pod.Status.ResourceClaimStatuses
                && old.Status.ExtendedResourceClaimStatus == pod.Status.ExtendedResourceClaimStatus;
            if (isSame && queue.Contains(key))
            {
                queue.Renew(pod);
            }
            else
            {
                queue.Set(pod);
            }
        }
    }

    public void Learn(ObjectChange<Node> change)
    {
        if (change.New is { } node)
        {
            cluster.SetNode(node);
        }
        else
        {
            cluster.RemoveNode(change.Item.Metadata.Name ?? "");
        }

        queue.Wake(EventsOf(change));
    }

    public void Learn(ObjectChange<Namespace> change)
    {
        if (change.Old?.Metadata.Labels != change.New?.Metadata.Labels || change.Old is null || change.New is null)
        {
            cluster.SetNamespace(change.Item.Metadata.Name ?? "", change.New?.Metadata.Labels);
            queue.Wake(ClusterEvents.NamespaceLabels);
        }
    }

    /// <returns>Those of the waiting pods whose volume could not be made where they wanted it: whoever was to make it has said so.</returns>
    public IReadOnlyList<QueuedPod> Learn(ObjectChange<PersistentVolumeClaim> change)
    {
        cluster.Storage.Learn(change);
        var key = ObjectKey.Of(change.Item);
        queue.Wake(ClusterEvents.Claim, pod => Uses(pod, key));
        return change is { Old: { } old, New: { } claim } && !VolumeBinding.IsComplete(claim)
            && old.Metadata.Annotations.Find(VolumeBinding.SelectedNode) is { } node && !claim.Metadata.Annotations.ContainsKey(VolumeBinding.SelectedNode)
            ? [.. nominations.Using(key, node).Select(pod => queue.Find(pod.Key)).OfType<QueuedPod>()]
            : [];
    }

    /// <summary>Something of volumes, their classes or drivers changed.</summary>
    public void LearnStorage(Action<StorageState> learn)
    {
        learn(cluster.Storage);
        queue.Wake(ClusterEvents.Storage);
    }

    /// <summary>A claim of devices changed.</summary>
    public void Learn(ObjectChange<Objects.Resource.ResourceClaim> change)
    {
        switch (cluster.Devices.Learn(change))
        {
            case ClaimNews.Everybody:
                queue.Wake(ClusterEvents.Devices);
                break;
            case ClaimNews.Users:
                WakeUsers(change.Item);
                break;
        }
    }

    /// <summary>What was chosen for claims is written: whoever is to use them too need not wait any longer.</summary>
    public void LearnWritten(IReadOnlyList<WrittenClaim> claims)
    {
        foreach (var (planned, claim) in claims)
        {
            cluster.Devices.Written(planned, claim);
            WakeUsers(claim);
        }
    }

    /// <summary>Something of devices, or of what is known of their claims, changed.</summary>
    public void LearnDevices(Action<DeviceState> learn)
    {
        learn(cluster.Devices);
        queue.Wake(ClusterEvents.Devices);
    }

    /// <summary>The pod wants one of our nodes, and nothing keeps it from having one.</summary>
    public bool WantsNode(Pod pod) => IsOurs(pod) && pod.Spec.SchedulingGates.IsEmpty;

    private bool IsOurs(Pod pod) => string.IsNullOrEmpty(pod.Spec.NodeName) && pod.Metadata.DeletionTimestamp is null && profiles.Has(pod);

    /// <summary>The pod is on no node any longer, or did not get there: its room is there for others, and so is what it alone could use.</summary>
    public void Remove(Pod pod)
    {
        if (cluster.Remove(ObjectKey.Of(pod)) is { } node)
        {
            WakeByRoom(node);
            WakeByClaims(pod);
        }
    }

    /// <summary>The pod does not wait for its node any longer: its room is there for others.</summary>
    public void Denominate(ObjectKey pod)
    {
        if (nominations.Find(pod) is var (waiting, node))
        {
            nominations.Remove(pod);
            WakeByRoom(node);
            WakeByClaims(waiting.Pod);
        }
    }

    private void WakeByClaims(Pod gone)
    {
        foreach (var claim in PodClaims.Of(gone))
        {
            queue.Wake(ClusterEvents.ClaimLeft, pod => Uses(pod, claim));
        }
    }

    private static bool Uses(PodInfo pod, ObjectKey claim) => pod.HasClaims && PodClaims.Of(pod.Pod).Contains(claim);

    private void WakeUsers(Objects.Resource.ResourceClaim claim)
    {
        var key = ObjectKey.Of(claim);
        queue.Wake(ClusterEvents.Devices, pod => DeviceClaims.Of(pod.Pod).Contains(key));
    }

    /// <summary>It wants no node of us, or not any longer.</summary>
    private void Forget(ObjectKey pod)
    {
        queue.Remove(pod);
        Denominate(pod);
    }

    /// <summary>Who lacks more than was left would be tried in vain: with many that wait, each that goes would have all of them tried.</summary>
    private void WakeByRoom(string node)
    {
        queue.Wake(ClusterEvents.PodGone);
        if (cluster.Find(node) is { } info)
        {
            queue.Wake(ClusterEvents.RoomLeft, pod =>
                profiles.Of(pod.Pod).Resources is not { } resources || resources.HasRoom(pod, cluster.Devices, nominations.Above(pod, node).Aggregate(info, (sum, one) => sum.With(one))));
        }
    }

    /// <summary>What a pod's status says counts, whoever wrote it; what we decided and have not written yet is not taken back by its silence.</summary>
    private void LearnNomination(Pod? old, Pod pod)
    {
        var (key, before, now) = (ObjectKey.Of(pod), old?.Status.NominatedNodeName, pod.Status.NominatedNodeName);
        var known = nominations.NodeOf(key);
        if (!string.IsNullOrEmpty(now))
        {
            nominations.Set(new PodInfo(pod), now);
            if (known is not null && known != now)
            {
                WakeByRoom(known);
            }
        }
        else if (!string.IsNullOrEmpty(before) && known == before)
        {
            Denominate(key);
        }
    }

    private void LearnAssigned(Pod? old, Pod pod)
    {
        if (old?.Spec.NodeName is not { Length: > 0 })
        {
            cluster.Assign(pod);
            queue.Wake(ClusterEvents.PodAssigned);
            return;
        }

        var isSame = old.Metadata.Labels == pod.Metadata.Labels && old.Spec == pod.Spec
            && old.Metadata.DeletionTimestamp == pod.Metadata.DeletionTimestamp;
        var (before, now) = (PodRequests.Of(old), PodRequests.Of(pod));
        if (!isSame || before != now)
        {
            cluster.Assign(pod);
            queue.Wake(
                (isSame ? ClusterEvents.None : ClusterEvents.PodAssigned)
                | (before.Any(amount => now.Find(amount.Key) < amount.Value) ? ClusterEvents.PodScaledDown : ClusterEvents.None));
        }
    }

    private static ClusterEvents EventsOf(ObjectChange<Node> change) => change switch
    {
        { Old: null } => ClusterEvents.NodeAdded,
        { New: null } => ClusterEvents.NodeGone,
        { Old: var old, New: var node } =>
            (old.Status.Allocatable != node.Status.Allocatable ? ClusterEvents.NodeResources : 0)
            | (old.Metadata.Labels != node.Metadata.Labels ? ClusterEvents.NodeLabels : 0)
            | (old.Spec.Taints != node.Spec.Taints || old.Spec.Unschedulable != node.Spec.Unschedulable ? ClusterEvents.NodeTaints : 0),
    };
}
