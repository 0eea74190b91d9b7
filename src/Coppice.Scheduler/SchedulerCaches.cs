using Coppice.Client;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
using Coppice.Objects.Resource;
using Coppice.Objects.Storage;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Scheduler;

/// <summary>The watched copies that the scheduler decides by.</summary>
public sealed record SchedulerCaches(
    ObjectCache<Pod> Pods, ObjectCache<Node> Nodes, ObjectCache<Namespace> Namespaces, ObjectCache<PodDisruptionBudget> Budgets, StorageCaches Storage, DeviceCaches Devices, WorkloadCaches Workloads)
{
    /// <summary>Those of a set, which runs them.</summary>
    public static SchedulerCaches Of(CacheSet caches) => new(
        caches.Of<Pod>(),
        caches.Of<Node>(),
        caches.Of<Namespace>(),
        caches.Of<PodDisruptionBudget>(),
        new(caches.Of<PersistentVolumeClaim>(), caches.Of<PersistentVolume>(), caches.Of<StorageClass>(), caches.Of<CSINode>(), caches.Of<VolumeAttachment>()),
        new(caches.Of<ResourceClaim>(), caches.Of<DeviceClass>(), caches.Of<ResourceSlice>()),
        new(caches.Of<Service>(), caches.Of<ReplicaSet>(), caches.Of<StatefulSet>(), caches.Of<ReplicationController>()));

    /// <summary>Completes when the first list of each is in: before everything is known, no node can be judged.</summary>
    public async Task WaitUntilSyncedAsync()
    {
        Task[] all =
        [
            Nodes.WaitUntilSyncedAsync(), Namespaces.WaitUntilSyncedAsync(), Budgets.WaitUntilSyncedAsync(), Storage.Claims.WaitUntilSyncedAsync(),
            Storage.Volumes.WaitUntilSyncedAsync(), Storage.Classes.WaitUntilSyncedAsync(), Storage.Nodes.WaitUntilSyncedAsync(),
            Storage.Attachments.WaitUntilSyncedAsync(), Devices.Claims.WaitUntilSyncedAsync(), Devices.Classes.WaitUntilSyncedAsync(),
            Devices.Slices.WaitUntilSyncedAsync(),
            Workloads.Services.WaitUntilSyncedAsync(), Workloads.ReplicaSets.WaitUntilSyncedAsync(), Workloads.StatefulSets.WaitUntilSyncedAsync(),
            Workloads.ReplicationControllers.WaitUntilSyncedAsync(), Pods.WaitUntilSyncedAsync(),
        ];

        // One after the other: who waits for all at once goes on wherever the last of them was filled.
        foreach (var one in all)
        {
            await one;
        }
    }
}

/// <summary>What is watched of claims and their volumes, and of how many of these nodes can have.</summary>
public sealed record StorageCaches(
    ObjectCache<PersistentVolumeClaim> Claims,
    ObjectCache<PersistentVolume> Volumes,
    ObjectCache<StorageClass> Classes,
    ObjectCache<CSINode> Nodes,
    ObjectCache<VolumeAttachment> Attachments);

/// <summary>What is watched of devices and the claims of them.</summary>
public sealed record DeviceCaches(ObjectCache<ResourceClaim> Claims, ObjectCache<DeviceClass> Classes, ObjectCache<ResourceSlice> Slices);

/// <summary>What is watched of whoever says which pods belong together.</summary>
public sealed record WorkloadCaches(
    ObjectCache<Service> Services, ObjectCache<ReplicaSet> ReplicaSets, ObjectCache<StatefulSet> StatefulSets, ObjectCache<ReplicationController> ReplicationControllers);
