using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Objects.Meta;
using Microsoft.Extensions.Logging;
using EndpointPort = Coppice.Objects.Discovery.EndpointPort;

namespace Coppice.Composition;

/// <summary>
/// The services of the cluster itself, which have no pods: the API's and that of DNS. Their endpoints are written here, and whatever
/// is deleted or changed of them comes back.
/// </summary>
/// <param name="node">The addresses that both are served at, one of a family.</param>
internal sealed partial class BuiltInServices(IApiClient api, IReadOnlyList<IPAddress> node, ILogger log) : IReconciler
{
    private static readonly ObjectKey Dns = new("kube-system", "kube-dns");

    private const string OfV4 = "-ipv4";
    private const string OfV6 = "-ipv6";

    private ImmutableDictionary<ObjectKey, Service> _services = ImmutableDictionary<ObjectKey, Service>.Empty;

    /// <summary>The service "kubernetes", by which pods reach the API.</summary>
    public Task AddApiAsync(IPAddress address, int port, CancellationToken stop) => AddAsync(
        Make(
            new ObjectMeta { Namespace = "default", Name = "kubernetes", Labels = ValueMap.Of(("component", "apiserver"), ("provider", "kubernetes")) },
            [address],
            [new ServicePort { Name = "https", Protocol = "TCP", Port = 443, TargetPort = port }]),
        stop);

    /// <summary>The service "kube-dns", which every pod has as its name server, at an address of each family that services have.</summary>
    public Task AddDnsAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken stop) => AddAsync(
        Make(
            new ObjectMeta
            {
                Namespace = Dns.Namespace,
                Name = Dns.Name,
                Labels = ValueMap.Of(("k8s-app", "kube-dns"), ("kubernetes.io/cluster-service", "true"), ("kubernetes.io/name", "CoreDNS")),
            },
            addresses,
            [
                new ServicePort { Name = "dns", Protocol = "UDP", Port = 53, TargetPort = port },
                new ServicePort { Name = "dns-tcp", Protocol = "TCP", Port = 53, TargetPort = port },
            ]),
        stop);

    /// <summary>The port that the service of DNS leads to since an earlier start; zero if there was none.</summary>
    public async Task<int> DnsPortBeforeAsync(CancellationToken stop) =>
        await api.FindAsync<EndpointSlice>(Dns, stop) is { Ports: [var port, ..], Endpoints: [{ Addresses: [var address] }] } && address == node[0].ToString() ? port.Port ?? 0 : 0;

    /// <summary>The loop that keeps them, woken by every change of theirs.</summary>
    public ReconcileLoop<ObjectKey> WokenBy(CacheSet caches, TimeProvider time, ILogger log)
    {
        var loop = new ReconcileLoop<ObjectKey>("BuiltInServices", this, ReconcileOptions.Default, time, log);
        Subscribe<Service>();
        Subscribe<Endpoints>();
        Subscribe<EndpointSlice>();
        foreach (var key in _services.Keys)
        {
            loop.Enqueue(key);
        }

        return loop;

        void Subscribe<T>() where T : KubernetesObject => caches.Of<T>().Subscribe(change =>
        {
            // A slice of the second family bears that in its name.
            var key = ObjectKey.Of(change.Item);
            foreach (var service in _services.Keys.Where(one => one.Namespace == key.Namespace && (one == key || key.Name == $"{one.Name}{OfV4}" || key.Name == $"{one.Name}{OfV6}")))
            {
                loop.Enqueue(service);
            }
        });
    }

    /// <summary>Writes what is missing or otherwise; what is as it should be costs no new version.</summary>
    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        var service = _services[key];
        if (!await api.CreateIfAbsentAsync(service, stop) && await api.FindAsync<Service>(key, stop) is { } found && found.Spec.ClusterIPs != service.Spec.ClusterIPs)
        {
            // The cluster was given another range of services; the address of a service cannot be changed.
            await api.DeleteAsync<Service>(key, new DeleteOptions { Preconditions = new Preconditions { Uid = found.Metadata.Uid } }, stop);
            await api.CreateIfAbsentAsync(service, stop);
        }

        await WriteAsync(EndpointsOf(service), stop);
        foreach (var family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
        {
            if (AddressFor(service, family) is { } address)
            {
                await WriteAsync(SliceOf(service, address), stop);
            }
            else if (await api.FindAsync<EndpointSlice>(SliceKey(service, family), stop) is { } old)
            {
                // The cluster had both families before.
                await api.DeleteAsync<EndpointSlice>(ObjectKey.Of(old), null, stop);
            }
        }

        return ReconcileResult.Done;
    }

    private static Service Make(ObjectMeta meta, IReadOnlyList<IPAddress> addresses, ValueList<ServicePort> ports) => new()
    {
        Metadata = meta,
        Spec = new ServiceSpec
        {
            Type = ServiceType.ClusterIP,
            ClusterIP = addresses[0].ToString(),
            ClusterIPs = addresses.Select(address => address.ToString()).ToValueList(),
            IpFamilyPolicy = addresses.Count > 1 ? IPFamilyPolicy.PreferDualStack : null,
            Ports = ports,
        },
    };

    private async Task AddAsync(Service service, CancellationToken stop)
    {
        var key = ObjectKey.Of(service);
        _services = _services.Add(key, service);
        try
        {
            await ReconcileAsync(key, stop);
        }
        catch (ApiException refused) when (refused.Status.Code == (int)HttpStatusCode.ServiceUnavailable)
        {
            // A full disk: the loop tries again, and until then what is stored is good for most.
            LogNotWritten(key, refused.Message);
        }
    }

    private Endpoints EndpointsOf(Service service) => new()
    {
        Metadata = NameOf(service) with { Labels = ValueMap.Of(("endpointslice.kubernetes.io/skip-mirror", "true")) },
        Subsets =
        [
            new EndpointSubset
            {
                Addresses = [new EndpointAddress { Ip = (AddressFor(service, FirstFamily(service)) ?? node[0]).ToString() }],
                Ports = service.Spec.Ports.Select(p => new Objects.Core.EndpointPort { Name = p.Name, Port = Target(p), Protocol = p.Protocol }).ToValueList(),
            },
        ],
    };

    private static EndpointSlice SliceOf(Service service, IPAddress address) => new()
    {
        Metadata = NameOf(service) with { Name = SliceKey(service, address.AddressFamily).Name, Labels = ValueMap.Of(("kubernetes.io/service-name", service.Metadata.Name!)) },
        AddressType = address.AddressFamily == AddressFamily.InterNetwork ? IPFamily.IPv4 : IPFamily.IPv6,
        Endpoints = [new Endpoint { Addresses = [address.ToString()], Conditions = new EndpointConditions { Ready = true } }],
        Ports = service.Spec.Ports.Select(p => new EndpointPort { Name = p.Name, Port = Target(p), Protocol = p.Protocol }).ToValueList(),
    };

    /// <summary>Of the node, for those who ask by a family; null if the service has no address of it, or the node has none.</summary>
    private IPAddress? AddressFor(Service service, AddressFamily family) =>
        service.Spec.ClusterIPs.Any(one => IPAddress.Parse(one).AddressFamily == family) ? node.FirstOrDefault(one => one.AddressFamily == family) : null;

    private static AddressFamily FirstFamily(Service service) => IPAddress.Parse(service.Spec.ClusterIP!).AddressFamily;

    private static ObjectKey SliceKey(Service service, AddressFamily family) => new(
        service.Metadata.Namespace!, service.Metadata.Name + (family == FirstFamily(service) ? "" : family == AddressFamily.InterNetwork ? OfV4 : OfV6));

    private static ObjectMeta NameOf(Service service) => new() { Namespace = service.Metadata.Namespace, Name = service.Metadata.Name };

    private static int Target(ServicePort port) => port.TargetPort.Number;

    private async Task WriteAsync<T>(T item, CancellationToken stop) where T : KubernetesObject
    {
        if (!await api.CreateIfAbsentAsync(item, stop))
        {
            await api.UpdateAsync(item, stop);
        }
    }

    [LoggerMessage(1003, LogLevel.Warning, "Service {Service} could not be written, which is tried again: {Why}")]
    private partial void LogNotWritten(ObjectKey service, string why);
}
