using System.Collections.Concurrent;
using System.Net;
using Coppice.Client;
using Coppice.Network.NodeRoutes;
using Coppice.Network.Nftables;
using Coppice.Network.Translation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Objects.Networking;
using IPAddress = System.Net.IPAddress;

namespace Coppice.Network;

/// <summary>What the service network of a node sees of the world: services, their slices, namespaces, policies, and the pods these name.</summary>
public sealed class NetworkObserver(CacheSet caches, NetworkOptions options)
{
    private readonly ObjectCache<Service> _services = caches.Of<Service>();
    private readonly ObjectCache<EndpointSlice> _slices = caches.Of<EndpointSlice>();
    private readonly ObjectCache<Pod> _pods = caches.Of<Pod>(new ListQuery(FieldSelector: "spec.nodeName=" + options.NodeName));
    private readonly ObjectCache<Namespace> _namespaces = caches.Of<Namespace>();
    private readonly ObjectCache<Node> _nodes = caches.Of<Node>();
    private readonly ObjectCache<ServiceCIDR> _ranges = caches.Of<ServiceCIDR>();
    private readonly ObjectCache<NetworkPolicy> _policies = caches.Of<NetworkPolicy>();
    private readonly ConcurrentDictionary<string, (Pod Pod, IReadOnlyList<IPAddress> Addresses)> _arriving = [];
    private readonly CacheIndex<EndpointSlice> _slicesOf = caches.Of<EndpointSlice>().AddIndex(OfService);
    private readonly Lock _gate = new();
    private HashSet<ObjectKey>? _touched;
    private Action _wake = () => { };

    // 1 after a node has changed. Taken back before the nodes are read: what changes meanwhile is news again.
    private int _hasNodeNews = 1;
    private (IReadOnlyList<System.Net.IPNetwork> OtherNodes, IPAddress? Address) _ways = ([], null);

    // Those of all nodes, which policies may name; nobody needs them before there is one.
    private ObjectCache<Pod>? _everyPod;

    /// <summary>False only where it is known that there is none.</summary>
    public bool MayHavePolicies => !_policies.IsSynced || _policies.Items.Count > 0;

    /// <summary>Null until all of it is known: rules from half of the world would cut off the other half.</summary>
    public NetworkObjects? Observe()
    {
        if (!_services.IsSynced || !_slices.IsSynced || !_pods.IsSynced || !_namespaces.IsSynced || !_nodes.IsSynced || !_ranges.IsSynced || !_policies.IsSynced)
        {
            return null;
        }

        var policies = _policies.Items;
        var pods = policies.Count == 0 ? _pods : _everyPod ??= FollowEveryPod();
        if (!pods.IsSynced)
        {
            return null;
        }

        // First what was touched: what is touched meanwhile is looked at again.
        var changed = Changed();
        var namespaces = _namespaces.Items;
        var ways = Ways();
        var world = new NetworkObjects(WhenAsked(_services), WhenAsked(_slices), pods.Items, namespaces.Select(n => n.Metadata.Name!))
        {
            Changed = changed,
            ServiceRanges = _ranges.Items,
            OtherNodes = ways.OtherNodes,
            NodeAddress = ways.Address,
            Zone = Zone(_nodes.Find(new("", options.NodeName))),
        };
        return policies.Count == 0 ? world : world with
        {
            Policies = policies,
            NamespaceLabels = namespaces.ToDictionary(one => one.Metadata.Name!, one => one.Metadata.Labels),
            Arriving = _arriving.ToDictionary(
                one => one.Key, one => new ArrivingPod(one.Value.Pod, one.Value.Addresses, pods.Find(ObjectKey.Of(one.Value.Pod))?.Metadata.Uid == one.Key)),
        };
    }

    /// <summary>A pod of this node has addresses now, of which the API learns later.</summary>
    public void Arrives(Pod pod, IReadOnlyList<IPAddress> addresses) => _arriving[pod.Metadata.Uid ?? ""] = (pod, addresses);

    /// <summary>The object that a trouble is about; null if it is gone meanwhile.</summary>
    public KubernetesObject? Find(RuleOwner owner)
    {
        var key = new ObjectKey(owner.Namespace, owner.Name);
        return owner.Kind switch
        {
            "Service" => _services.Find(key),
            "EndpointSlice" => _slices.Find(key),
            "NetworkPolicy" => _policies.Find(key),
            _ => _pods.Find(key),
        };
    }

    /// <summary>Calls whenever there may be another world to observe. Completes when all of it is known.</summary>
    public async Task FollowAsync(Action wake)
    {
        _wake = wake;
        _services.Subscribe(change => Touch(ObjectKey.Of(change.Item)));
        _slices.Subscribe(change =>
        {
            foreach (var slice in (EndpointSlice?[])[change.Old, change.New])
            {
                if (slice is not null && NetworkTranslator.ServiceOf(slice) is { } service)
                {
                    Touch(service);
                }
            }
        });
        _namespaces.Subscribe(_ => wake());
        _ranges.Subscribe(_ => wake());
        _nodes.Subscribe(change =>
        {
            if (Zone(change.Old) != Zone(change.New) || RoutePlanner.IsNews(change))
            {
                Interlocked.Exchange(ref _hasNodeNews, 1);
                wake();
            }
        });
        _policies.Subscribe(_ => wake());
        _pods.Subscribe(change =>
        {
            Note(change);
            // Of pods only the host ports count, and what policies see of them; all else about them comes with the slices.
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
        await _nodes.WaitUntilSyncedAsync();
        await _ranges.WaitUntilSyncedAsync();
        await _policies.WaitUntilSyncedAsync();
        wake();
    }

    /// <summary>Nobody looks at all of them where it is known what has changed.</summary>
    private static IEnumerable<T> WhenAsked<T>(ObjectCache<T> cache) where T : KubernetesObject
    {
        foreach (var item in cache.Items)
        {
            yield return item;
        }
    }

    private (IReadOnlyList<System.Net.IPNetwork> OtherNodes, IPAddress? Address) Ways()
    {
        if (Interlocked.Exchange(ref _hasNodeNews, 0) == 1)
        {
            var plan = RoutePlanner.Plan(options.NodeName, options.Ranges.AllPods, _nodes.Items, []);
            _ways = ([.. plan.Routes.SelectMany(route => (System.Net.IPNetwork[])[route.Pods, new(route.Node, route.Node.GetAddressBytes().Length * 8)])], plan.Address);
        }

        return _ways;
    }

    private ObjectCache<Pod> FollowEveryPod()
    {
        var pods = caches.Of<Pod>();
        pods.Subscribe(change =>
        {
            if (MayHavePolicies && IsSeenByPolicies(change))
            {
                _wake();
            }
        });
        return pods;
    }

    /// <summary>Of one that arrived the API knows, or it is gone.</summary>
    private void Note(ObjectChange<Pod> change)
    {
        var uid = change.Item.Metadata.Uid ?? "";
        if (_arriving.TryGetValue(uid, out var arrived) && (change.New is null || change.New.Status.PodIP == arrived.Addresses[0].ToString()))
        {
            _arriving.TryRemove(uid, out _);
        }
    }

    private static string? Zone(Node? item) => item?.Metadata.Labels.Find("topology.kubernetes.io/zone");

    private static bool TakesHostPorts(Pod? pod) => pod is not null && HostPortTranslation.IsAskedBy(pod);

    private static IEnumerable<string> OfService(EndpointSlice slice) => NetworkTranslator.ServiceOf(slice) is { } service ? [service.ToString()] : [];

    private void Touch(ObjectKey service)
    {
        lock (_gate)
        {
            _touched?.Add(service);
        }

        _wake();
    }

    /// <summary>What was touched since the last time, as it is now. All may have been before the first time.</summary>
    private Dictionary<ObjectKey, ServiceWorld>? Changed()
    {
        HashSet<ObjectKey>? touched;
        lock (_gate)
        {
            (touched, _touched) = (_touched, []);
        }

        return touched?.ToDictionary(key => key, key => new ServiceWorld(_services.Find(key), _slicesOf.Find(key.ToString())));
    }

    private static bool IsSeenByPolicies(ObjectChange<Pod> change) => change is not { Old: { } old, New: { } now }
        || old.Metadata.Labels != now.Metadata.Labels || old.Status.PodIP != now.Status.PodIP || old.Status.PodIPs != now.Status.PodIPs || old.Status.Phase != now.Status.Phase
        || old.Spec.NodeName != now.Spec.NodeName;
}
