using Coppice.Client;
using Coppice.Controllers.EndpointSlices;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Controllers.LoadBalancers;

/// <summary>
/// Gives services of type LoadBalancer the addresses of the nodes, each of which accepts the service's traffic; where that keeps to its
/// node (externalTrafficPolicy Local), of the nodes with endpoints. Services that name a class are left to whoever implements it.
/// </summary>
internal sealed class LoadBalancerReconciler(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    private const string Exclude = "node.kubernetes.io/exclude-from-external-load-balancers";

    private readonly ObjectCache<Service> _services = caches.Of<Service>();
    private readonly ObjectCache<Node> _nodes = caches.Of<Node>();
    private readonly CacheIndex<EndpointSlice> _slices = caches.Of<EndpointSlice>().AddIndex(SliceWrites.ByService);

    public Controller Declare(Controller controller) => controller
        .Watches(_services)
        .WokenBy(caches.Of<EndpointSlice>(), change => ServiceOf(change.Item) is { } key && _services.Find(key) is { } service && KeepsToNodes(service) ? [key] : [])
        .WokenBy(_nodes, change => HaveMoved(change) ? _services.Items.Where(s => s.Spec.Type == ServiceType.LoadBalancer).Select(ObjectKey.Of) : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_services.Find(key) is not { Metadata.DeletionTimestamp: null } service || service.Spec.LoadBalancerClass is not null)
        {
            return ReconcileResult.Done;
        }

        var ingress = Plan(service, _nodes.Items, KeepsToNodes(service) ? WithEndpoints(_slices.Find(key.ToString())) : null);
        if (ingress != service.Status.LoadBalancer.Ingress)
        {
            var status = service.Status with { LoadBalancer = new() { Ingress = ingress } };
            await _services.ExpectAsync(await api.UpdateStatusAsync(service with { Status = status }, stop), time, stop);
        }

        return ReconcileResult.Done;
    }

    /// <summary>The addresses of the nodes that are ready, in the service's families; as they were if no node is ready.</summary>
    /// <param name="among">The nodes that count, by name; null or none for all.</param>
    internal static ValueList<LoadBalancerIngress> Plan(Service service, IEnumerable<Node> nodes, IReadOnlySet<string>? among = null)
    {
        if (service.Spec.Type != ServiceType.LoadBalancer)
        {
            return default;
        }

        var families = service.Spec.IpFamilies.IsEmpty ? [IPFamily.IPv4] : service.Spec.IpFamilies;
        var addresses = nodes
            .Where(n => among is not { Count: > 0 } || among.Contains(n.Metadata.Name!))
            .Where(n => NodeConditions.IsReady(n) && !n.Metadata.Labels.ContainsKey(Exclude))
            .SelectMany(n => AddressesOf(n).Where(a => families.Contains(a.Contains(':') ? IPFamily.IPv6 : IPFamily.IPv4)))
            .Select(a => new LoadBalancerIngress { Ip = a })
            .ToValueList();
        return addresses.IsEmpty ? service.Status.LoadBalancer.Ingress : addresses;
    }

    private static bool KeepsToNodes(Service service) =>
        service.Spec is { Type: ServiceType.LoadBalancer, ExternalTrafficPolicy: ServiceExternalTrafficPolicy.Local };

    private static ObjectKey? ServiceOf(EndpointSlice slice) =>
        slice.Metadata.Labels.Find(SlicePlanner.ServiceName) is { } name ? new ObjectKey(slice.Metadata.Namespace ?? "", name) : null;

    private static HashSet<string> WithEndpoints(IEnumerable<EndpointSlice> slices) =>
        [.. slices.SelectMany(slice => slice.Endpoints).Where(one => one.Conditions.Ready ?? true).Select(one => one.NodeName).OfType<string>()];

    private static IEnumerable<string> AddressesOf(Node node)
    {
        var external = node.Status.Addresses.Where(a => a.Type == NodeAddressType.ExternalIP).ToList();
        return (external.Count > 0 ? external : node.Status.Addresses.Where(a => a.Type == NodeAddressType.InternalIP)).Select(a => a.Address);
    }

    private static bool HaveMoved(ObjectChange<Node> change) =>
        change.Old is null || change.New is null
        || NodeConditions.IsReady(change.Old) != NodeConditions.IsReady(change.New)
        || change.Old.Status.Addresses != change.New.Status.Addresses
        || change.Old.Metadata.Labels != change.New.Metadata.Labels;
}
