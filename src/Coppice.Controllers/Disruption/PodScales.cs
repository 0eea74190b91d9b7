using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Disruption;

/// <summary>Adds up how many pods those who keep them want: the built-in ones, and whoever else has a scale.</summary>
internal sealed class PodScales(IApiClient api, CacheSet caches, IKindSource kinds)
{
    private readonly ObjectCache<Deployment> _deployments = caches.Of<Deployment>();
    private readonly ObjectCache<ReplicaSet> _sets = caches.Of<ReplicaSet>();
    private readonly ObjectCache<ReplicationController> _controllers = caches.Of<ReplicationController>();
    private readonly ObjectCache<StatefulSet> _statefulSets = caches.Of<StatefulSet>();
    private readonly ScaleTargets _others = new(api, kinds);

    public async ValueTask<ExpectedScale> OfAsync(IEnumerable<Pod> pods, CancellationToken stop)
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var hasUnmanaged = false;
        foreach (var pod in pods)
        {
            // What nobody keeps is not missed.
            if (ControllerRef.Of(pod) is not { } owner)
            {
                hasUnmanaged = true;
                continue;
            }

            if (!asked.Add(owner.Uid))
            {
                continue;
            }

            if (KeeperOf(pod) is (var uid, var count))
            {
                counts[uid] = count;
                continue;
            }

            var found = await _others.FindAsync(owner.ApiVersion, owner.Kind, new(pod.Metadata.Namespace ?? "", owner.Name), stop);
            if (found.Scale is not { } scale || scale.Metadata.Uid != owner.Uid)
            {
                return new(null, ProblemOf(found, pod), hasUnmanaged);
            }

            counts[owner.Uid] = scale.Spec.Replicas;
        }

        return new(counts.Values.Sum(), null, hasUnmanaged);
    }

    private static string ProblemOf(FoundScale found, Pod pod) => found switch
    {
        { Kind: null, Problem: { } unknown } => unknown,
        { Kind: { } kind, IsScalable: false } => $"{kind.QualifiedResource} does not implement the scale subresource",
        _ => $"found no controllers for pod \"{pod.Metadata.Name}\"",
    };

    /// <summary>Who says how many there are to be: a ReplicaSet's Deployment, if it has one. Null for one that is not known here.</summary>
    private (string Uid, int Count)? KeeperOf(Pod pod)
    {
        var owner = ControllerRef.Of(pod)!.Uid;
        if (Known(_sets, pod, owner) is { } set)
        {
            return ControllerRef.KeyOf<Deployment>(set) is { } key && _deployments.Find(key) is { } deployment && ControllerRef.IsControlledBy(set, deployment)
                ? (deployment.Metadata.Uid!, deployment.Spec.Replicas ?? 1)
                : (set.Metadata.Uid!, set.Spec.Replicas ?? 1);
        }

        return Known(_statefulSets, pod, owner) is { } stateful ? (owner, stateful.Spec.Replicas ?? 1)
            : Known(_controllers, pod, owner) is { } old ? (owner, old.Spec.Replicas ?? 1)
            : null;
    }

    private static T? Known<T>(ObjectCache<T> cache, Pod pod, string uid) where T : KubernetesObject =>
        ControllerRef.KeyOf<T>(pod) is { } key && cache.Find(key) is { } item && item.Metadata.Uid == uid ? item : null;
}
