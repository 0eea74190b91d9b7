using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Replication;

/// <summary>What wakes the reconcilers of ReplicaSets and ReplicationControllers.</summary>
internal static class ReplicationWakes
{
    public static Controller Declare<T>(Controller controller, Caches caches, WatchedKind<T> kind, ReplicatedKind<T> replicated) where T : KubernetesObject =>
        controller
            .Watches(kind)
            .Owns<T, Pod>(caches.Pods)
            .WokenBy(caches.Pods, change => Adopters(change, kind, replicated));

    /// <summary>A pod that nobody controls may be adopted by whoever's selector matches it.</summary>
    private static IEnumerable<ObjectKey> Adopters<T>(ObjectChange<Pod> change, WatchedKind<T> kind, ReplicatedKind<T> replicated) where T : KubernetesObject =>
        change.New is { Metadata.DeletionTimestamp: null } pod && ControllerRef.Of(pod) is null && !pod.Metadata.Labels.IsEmpty
            ? kind.InNamespace(pod.Metadata.Namespace ?? "").Where(o => replicated.Spec(o).Selector.Matches(pod.Metadata.Labels)).Select(ObjectKey.Of)
            : [];
}
