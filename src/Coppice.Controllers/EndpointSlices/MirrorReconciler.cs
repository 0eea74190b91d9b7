using System.Net;
using System.Net.Sockets;
using Coppice.Client;
using Coppice.Controllers.EndpointAddresses;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using DiscoveryPort = Coppice.Objects.Discovery.EndpointPort;

namespace Coppice.Controllers.EndpointSlices;

/// <summary>
/// Copies Endpoints that people or other programs wrote for a service without a selector into EndpointSlices, which is all that the
/// service rules read.
/// </summary>
internal sealed class MirrorReconciler(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    public const string Controller = "endpointslicemirroring-controller.k8s.io";
    private const string SkipMirror = "endpointslice.kubernetes.io/skip-mirror";

    private readonly ObjectCache<Endpoints> _endpoints = caches.Of<Endpoints>();
    private readonly ObjectCache<Service> _services = caches.Of<Service>();
    private readonly SliceWrites _slices = new(api, caches, time);

    public Controller Declare(Controller controller) => controller
        .Watches(_endpoints)
        .WokenBy(_services, change => _endpoints.Find(ObjectKey.Of(change.Item)) is null ? [] : [ObjectKey.Of(change.Item)])
        .WokenBy(_slices.Cache, change => ServiceOf(change.Item));

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        var existing = _slices.Of(key, Controller);
        var plan = _endpoints.Find(key) is { } endpoints && IsMirrored(endpoints, _services.Find(key))
            ? Plan(endpoints, existing)
            : new SlicePlan([], [], existing);
        await _slices.ApplyAsync(plan, stop);
        return ReconcileResult.Done;
    }

    internal static bool IsMirrored(Endpoints endpoints, Service? service) =>
        service is not null && service.Spec.Selector.IsEmpty
        && endpoints.Metadata.DeletionTimestamp is null
        && endpoints.Metadata.Labels.Find(SkipMirror) != "true"
        && !endpoints.Metadata.Annotations.ContainsKey("control-plane.alpha.kubernetes.io/leader");

    internal static SlicePlan Plan(Endpoints endpoints, IReadOnlyList<EndpointSlice> existing)
    {
        var groups = endpoints.Subsets.SelectMany(GroupsOf)
            .GroupBy(g => (g.AddressType, g.Ports))
            .Select(g => new EndpointGroup(g.Key.AddressType, g.Key.Ports, [.. g.SelectMany(e => e.Endpoints)]))
            .ToList();
        var labels = endpoints.Metadata.Labels
            .Without(EndpointsPlanner.ManagedBy)
            .With(SlicePlanner.ServiceName, endpoints.Metadata.Name!)
            .With(SlicePlanner.ManagedBy, Controller);
        return SlicePacking.Pack(groups, existing, labels, new()
        {
            GenerateName = endpoints.Metadata.Name + "-",
            Namespace = endpoints.Metadata.Namespace,
            Annotations = endpoints.Metadata.Annotations.Without("kubectl.kubernetes.io/last-applied-configuration"),
            OwnerReferences = [ControllerRef.To(endpoints)],
        });
    }

    private static IEnumerable<EndpointGroup> GroupsOf(EndpointSubset subset)
    {
        var ports = subset.Ports
            .Select(p => new DiscoveryPort { Name = p.Name ?? "", Port = p.Port, Protocol = p.Protocol ?? "TCP", AppProtocol = p.AppProtocol })
            .ToValueList();
        return subset.Addresses.Select(a => EndpointOf(a, isReady: true))
            .Concat(subset.NotReadyAddresses.Select(a => EndpointOf(a, isReady: false)))
            .GroupBy(e => IPAddress.TryParse(e.Addresses[0], out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? IPFamily.IPv6 : IPFamily.IPv4)
            .Select(g => new EndpointGroup(g.Key, ports, [.. g]));
    }

    private static Endpoint EndpointOf(EndpointAddress address, bool isReady) => new()
    {
        Addresses = [address.Ip],
        Conditions = new() { Ready = isReady },
        Hostname = address.Hostname,
        NodeName = address.NodeName,
        TargetRef = address.TargetRef,
    };

    private static IEnumerable<ObjectKey> ServiceOf(EndpointSlice slice) =>
        slice.Metadata.Labels.Find(SlicePlanner.ManagedBy) == Controller && slice.Metadata.Labels.Find(SlicePlanner.ServiceName) is { } service
            ? [new ObjectKey(slice.Metadata.Namespace ?? "", service)]
            : [];
}
