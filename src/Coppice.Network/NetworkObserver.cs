using Coppice.Client;
using Coppice.Network.Nftables;
using Coppice.Network.Translation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Network;

/// <summary>What the service network of a node sees of the world: services, their slices, the names of namespaces, and the node's own pods.</summary>
public sealed class NetworkObserver(CacheSet caches, string node)
{
    private readonly ObjectCache<Service> _services = caches.Of<Service>();
    private readonly ObjectCache<EndpointSlice> _slices = caches.Of<EndpointSlice>();
    private readonly ObjectCache<Pod> _pods = caches.Of<Pod>(new ListQuery(FieldSelector: "spec.nodeName=" + node));
    private readonly ObjectCache<Namespace> _namespaces = caches.Of<Namespace>();

    /// <summary>Null until all of it is known: rules from half of the world would cut off the other half.</summary>
    public NetworkObjects? Observe() =>
        _services.IsSynced && _slices.IsSynced && _pods.IsSynced && _namespaces.IsSynced
            ? new NetworkObjects(_services.Items, _slices.Items, _pods.Items, _namespaces.Items.Select(n => n.Metadata.Name!))
            : null;

    /// <summary>The object that a trouble is about; null if it is gone meanwhile.</summary>
    public KubernetesObject? Find(RuleOwner owner)
    {
        var key = new ObjectKey(owner.Namespace, owner.Name);
        return owner.Kind switch
        {
            "Service" => _services.Find(key),
            "EndpointSlice" => _slices.Find(key),
            _ => _pods.Find(key),
        };
    }

    /// <summary>Calls whenever there may be another world to observe. Completes when all of it is known.</summary>
    public async Task FollowAsync(Action wake)
    {
        _services.Subscribe(_ => wake());
        _slices.Subscribe(_ => wake());
        _namespaces.Subscribe(_ => wake());
        _pods.Subscribe(change =>
        {
            // Of pods only the host ports count; all else about them comes with the slices.
            if (TakesHostPorts(change.Old) || TakesHostPorts(change.New))
            {
                wake();
            }
        });

        // The last of the copies to be filled tells of its objects before it counts as filled, and of none if it has none.
        await _services.WaitUntilSyncedAsync();
        await _slices.WaitUntilSyncedAsync();
        await _pods.WaitUntilSyncedAsync();
        await _namespaces.WaitUntilSyncedAsync();
        wake();
    }

    private static bool TakesHostPorts(Pod? pod) =>
        pod is not null && pod.Spec.InitContainers.Concat(pod.Spec.Containers).SelectMany(one => one.Ports).Any(one => one.HostPort > 0);
}
