using System.Net;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Objects.Meta;
using EndpointPort = Coppice.Objects.Discovery.EndpointPort;

namespace Coppice.Composition;

/// <summary>What a cluster is expected to hold from the start: its namespaces, the API's own service and that of DNS.</summary>
internal sealed class ClusterBootstrap(IApiClient api)
{
    private static readonly string[] Namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    public async Task EnsureNamespacesAsync(CancellationToken stop)
    {
        foreach (var name in Namespaces)
        {
            await CreateIfAbsentAsync(new Namespace { Metadata = new ObjectMeta { Name = name } }, stop);
        }
    }

    /// <summary>The service "kubernetes", by which pods reach the API.</summary>
    public Task EnsureApiServiceAsync(IPAddress address, IPAddress node, int port, CancellationToken stop)
    {
        var service = Service("default", "kubernetes", address, [new ServicePort { Name = "https", Protocol = "TCP", Port = 443, TargetPort = port }]);
        var labels = ValueMap.Of(("component", "apiserver"), ("provider", "kubernetes"));
        return EnsureAsync(
            service with { Metadata = service.Metadata with { Labels = labels } }, node, [new EndpointPort { Name = "https", Port = port, Protocol = "TCP" }], stop);
    }

    /// <summary>The service "kube-dns", which every pod has as its name server.</summary>
    public Task EnsureDnsServiceAsync(IPAddress address, IPAddress node, int port, CancellationToken stop)
    {
        var service = Service(
            "kube-system",
            "kube-dns",
            address,
            [
                new ServicePort { Name = "dns", Protocol = "UDP", Port = 53, TargetPort = port },
                new ServicePort { Name = "dns-tcp", Protocol = "TCP", Port = 53, TargetPort = port },
            ]);
        var labels = ValueMap.Of(("k8s-app", "kube-dns"), ("kubernetes.io/cluster-service", "true"), ("kubernetes.io/name", "CoreDNS"));
        return EnsureAsync(
            service with { Metadata = service.Metadata with { Labels = labels } },
            node,
            [new EndpointPort { Name = "dns", Port = port, Protocol = "UDP" }, new EndpointPort { Name = "dns-tcp", Port = port, Protocol = "TCP" }],
            stop);
    }

    private static Service Service(string space, string name, IPAddress address, ValueList<ServicePort> ports) => new()
    {
        Metadata = new ObjectMeta { Namespace = space, Name = name },
        Spec = new ServiceSpec { Type = ServiceType.ClusterIP, ClusterIP = address.ToString(), Ports = ports },
    };

    /// <summary>The service, and its one endpoint written by us: there are no pods behind it.</summary>
    private async Task EnsureAsync(Service service, IPAddress node, ValueList<EndpointPort> ports, CancellationToken stop)
    {
        await CreateIfAbsentAsync(service, stop);
        var meta = new ObjectMeta { Namespace = service.Metadata.Namespace, Name = service.Metadata.Name };
        await WriteAsync(
            new Endpoints
            {
                Metadata = meta with { Labels = ValueMap.Of(("endpointslice.kubernetes.io/skip-mirror", "true")) },
                Subsets =
                [
                    new EndpointSubset
                    {
                        Addresses = [new EndpointAddress { Ip = node.ToString() }],
                        Ports = ports.Select(p => new Objects.Core.EndpointPort { Name = p.Name, Port = p.Port ?? 0, Protocol = p.Protocol }).ToValueList(),
                    },
                ],
            },
            stop);
        await WriteAsync(
            new EndpointSlice
            {
                Metadata = meta with { Labels = ValueMap.Of(("kubernetes.io/service-name", meta.Name!)) },
                AddressType = "IPv4",
                Endpoints = [new Endpoint { Addresses = [node.ToString()], Conditions = new EndpointConditions { Ready = true } }],
                Ports = ports,
            },
            stop);
    }

    private async Task CreateIfAbsentAsync<T>(T item, CancellationToken stop) where T : KubernetesObject
    {
        if (await api.FindAsync<T>(ObjectKey.Of(item), stop) is null)
        {
            await api.CreateAsync(item, stop);
        }
    }

    private async Task WriteAsync<T>(T item, CancellationToken stop) where T : KubernetesObject
    {
        if (await api.FindAsync<T>(ObjectKey.Of(item), stop) is null)
        {
            await api.CreateAsync(item, stop);
        }
        else
        {
            await api.UpdateAsync(item, stop);
        }
    }
}
