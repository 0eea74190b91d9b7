using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Disruption;

/// <summary>Adds up how many pods those who keep them want.</summary>
internal sealed class PodScales(CacheSet caches)
{
    private readonly ObjectCache<Deployment> _deployments = caches.Of<Deployment>();
    private readonly ObjectCache<ReplicaSet> _sets = caches.Of<ReplicaSet>();
    private readonly ObjectCache<ReplicationController> _controllers = caches.Of<ReplicationController>();
    private readonly ObjectCache<StatefulSet> _statefulSets = caches.Of<StatefulSet>();

    public ExpectedScale Of(IEnumerable<Pod> pods)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var pod in pods)
        {
            // What nobody keeps is not missed.
            if (ControllerRef.Of(pod) is not { } owner || counts.ContainsKey(owner.Uid))
            {
                continue;
            }

            if (KeeperOf(pod) is not (var uid, var count))
            {
                return new(null, $"{owner.Kind.ToLowerInvariant()}s.{ControllerRef.GroupOf(owner.ApiVersion)} does not implement the scale subresource");
            }

            counts[uid] = count;
        }

        return new(counts.Values.Sum(), null);
    }

    /// <summary>Who says how many there are to be: a ReplicaSet's Deployment, if it has one.</summary>
    private (string Uid, int Count)? KeeperOf(Pod pod)
    {
        if (ControllerRef.KeyOf<ReplicaSet>(pod) is { } setKey && _sets.Find(setKey) is { } set)
        {
            return ControllerRef.KeyOf<Deployment>(set) is { } key && _deployments.Find(key) is { } deployment
                ? (deployment.Metadata.Uid!, deployment.Spec.Replicas ?? 1)
                : (set.Metadata.Uid!, set.Spec.Replicas ?? 1);
        }

        return ControllerRef.KeyOf<StatefulSet>(pod) is { } statefulKey && _statefulSets.Find(statefulKey) is { } stateful
                ? (stateful.Metadata.Uid!, stateful.Spec.Replicas ?? 1)
            : ControllerRef.KeyOf<ReplicationController>(pod) is { } oldKey && _controllers.Find(oldKey) is { } old
                ? (old.Metadata.Uid!, old.Spec.Replicas ?? 1)
            : null;
    }
}
