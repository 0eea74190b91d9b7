using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Simulation.World;

/// <summary>A user's workload of any kind.</summary>
internal sealed record Workload(KubernetesObject Item)
{
    public ObjectKey Key => ObjectKey.Of(Item);

    public string Uid => Item.Metadata.Uid!;

    public bool IsLeaving => Item.Metadata.DeletionTimestamp is not null;

    /// <summary>A change of its image makes new pods of all.</summary>
    public bool RollsOut => Item is Deployment or DaemonSet or StatefulSet;

    public string Image => Template.Spec.Containers[0].Image!;

    /// <summary>What a pod of it asks for, in thousandths of a processor.</summary>
    public int Millis => (int)PodRequests.Of(Template.Spec)["cpu"].MilliValue;

    /// <summary>Null for one a node.</summary>
    public int? Replicas => Item switch
    {
        Deployment one => one.Spec.Replicas ?? 1,
        ReplicaSet one => one.Spec.Replicas ?? 1,
        ReplicationController one => one.Spec.Replicas ?? 1,
        StatefulSet one => one.Spec.Replicas ?? 1,
        _ => null,
    };

    /// <summary>The labels by which it knows its pods.</summary>
    public ValueMap<string> Chosen => Item switch
    {
        Deployment one => one.Spec.Selector!.MatchLabels,
        ReplicaSet one => one.Spec.Selector!.MatchLabels,
        ReplicationController one => one.Spec.Selector!,
        DaemonSet one => one.Spec.Selector!.MatchLabels,
        StatefulSet one => one.Spec.Selector!.MatchLabels,
        _ => throw new InvalidOperationException($"no workload: {Item}"),
    };

    public bool IsChosen(Pod pod) => Chosen.All(l => pod.Metadata.Labels.Find(l.Key) == l.Value);

    private PodTemplateSpec Template => Item switch
    {
        Deployment one => one.Spec.Template,
        ReplicaSet one => one.Spec.Template,
        ReplicationController one => one.Spec.Template!,
        DaemonSet one => one.Spec.Template,
        StatefulSet one => one.Spec.Template,
        _ => throw new InvalidOperationException($"no workload: {Item}"),
    };

    /// <summary>All that users made, in the order of kinds and names: what another workload controls is not theirs.</summary>
    public static IReadOnlyList<Workload> All(ServerView caches) =>
    [
        .. ((IEnumerable<KubernetesObject>)
        [
            .. caches.Deployments.Items,
            .. caches.ReplicaSets.Items.Where(s => s.Metadata.OwnerReferences.IsEmpty),
            .. caches.ReplicationControllers.Items,
            .. caches.DaemonSets.Items,
            .. caches.StatefulSets.Items,
        ]).Select(item => new Workload(item)),
    ];

    /// <summary>Its pods, those on their way out among them.</summary>
    public IReadOnlyList<Pod> Pods(ServerView caches)
    {
        var owners = caches.ReplicaSets.Items.Where(s => IsOwnedBy(s, Uid)).Select(s => s.Metadata.Uid!).Append(Uid).ToHashSet(StringComparer.Ordinal);
        return [.. caches.PodsWith(Key.Namespace, Chosen).Where(p => p.Metadata.OwnerReferences.Any(o => owners.Contains(o.Uid)))];
    }

    public void Scale(SimulatedCluster cluster, int replicas)
    {
        switch (Item)
        {
            case Deployment:
                cluster.Change<Deployment>(Key, d => d with { Spec = d.Spec with { Replicas = replicas } });
                break;
            case ReplicaSet:
                cluster.Change<ReplicaSet>(Key, s => s with { Spec = s.Spec with { Replicas = replicas } });
                break;
            case ReplicationController:
                cluster.Change<ReplicationController>(Key, c => c with { Spec = c.Spec with { Replicas = replicas } });
                break;
            case StatefulSet:
                cluster.Change<StatefulSet>(Key, s => s with { Spec = s.Spec with { Replicas = replicas } });
                break;
        }
    }

    public void RollOut(SimulatedCluster cluster, string image)
    {
        var template = Template with { Spec = Template.Spec with { Containers = [Template.Spec.Containers[0] with { Image = image }] } };
        switch (Item)
        {
            case Deployment:
                cluster.Change<Deployment>(Key, d => d with { Spec = d.Spec with { Template = template } });
                break;
            case StatefulSet:
                cluster.Change<StatefulSet>(Key, s => s with { Spec = s.Spec with { Template = template } });
                break;
            default:
                cluster.Change<DaemonSet>(Key, s => s with { Spec = s.Spec with { Template = template } });
                break;
        }
    }

    public void Delete(SimulatedCluster cluster, string policy)
    {
        var options = new DeleteOptions { PropagationPolicy = policy };
        cluster.Do(api => Item switch
        {
            Deployment => api.DeleteAsync<Deployment>(Key, options, default),
            ReplicaSet => api.DeleteAsync<ReplicaSet>(Key, options, default),
            ReplicationController => api.DeleteAsync<ReplicationController>(Key, options, default),
            StatefulSet => api.DeleteAsync<StatefulSet>(Key, options, default),
            _ => api.DeleteAsync<DaemonSet>(Key, options, default),
        });
    }

    public override string ToString() => $"{Item.GetType().Name} {Key}";

    private static bool IsOwnedBy(KubernetesObject item, string uid) => item.Metadata.OwnerReferences.Any(o => o.Uid == uid);
}
