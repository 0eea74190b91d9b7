using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Proxying;

/// <summary>Finds out which address is meant by a pod, a service or a node that somebody wants to talk to through the API server.</summary>
internal sealed class ProxyLocator(ApiVerbs verbs)
{
    // The port of a node's agent, where the node reports none.
    private const int AgentPort = 10250;

    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();
    private static readonly Kind Services = BuiltInKinds.Of<Service>();
    private static readonly Kind Addresses = BuiltInKinds.Of<Endpoints>();
    private static readonly Kind Nodes = BuiltInKinds.Of<Node>();

    private uint _turn;

    /// <param name="key">The name as it stands in the path, with scheme and port.</param>
    /// <exception cref="ApiError">
    /// NotFound, BadRequest (an address that is nobody's or the server's own), or ServiceUnavailable (a service without such a port, or
    /// without anybody behind it).
    /// </exception>
    public ValueTask<ProxyLocation> FindAsync(Kind kind, ObjectKey key, CancellationToken stop)
    {
        var target = ProxyTarget.Parse(key.Name)
            ?? throw ApiErrors.BadRequest($"invalid {kind.Singular} request {QuotedText.Of(key.Name)}");
        var asked = key.Name;
        key = key with { Name = target.Name };
        return kind == Pods ? OfPodAsync(key, target, stop) : kind == Services ? OfServiceAsync(key, asked, target, stop) : OfNodeAsync(key, target, stop);
    }

    /// <summary>The agent of a node.</summary>
    /// <exception cref="ApiError">NotFound, or BadRequest: the node reports no address.</exception>
    public ValueTask<ProxyLocation> FindAgentAsync(string node, CancellationToken stop) => OfNodeAsync(new ObjectKey("", node), new ProxyTarget(null, node, ""), stop);

    /// <summary>A pod at the port that is said, or else at the first that one of its containers declares.</summary>
    private async ValueTask<ProxyLocation> OfPodAsync(ObjectKey key, ProxyTarget target, CancellationToken stop)
    {
        var pod = (Pod)(await verbs.GetAsync(Pods, key, stop)).Item;
        var port = target.Port;
        if (port.Length == 0 && pod.Spec.Containers.FirstOrDefault(c => !c.Ports.IsEmpty) is { } container)
        {
            port = container.Ports[0].ContainerPortValue.ToString(CultureInfo.InvariantCulture);
        }

        return At(target, pod.Status.PodIP ?? "", port);
    }

    /// <summary>One of the ready addresses behind a port of a service, each in its turn.</summary>
    private async ValueTask<ProxyLocation> OfServiceAsync(ObjectKey key, string asked, ProxyTarget target, CancellationToken stop)
    {
        var portName = target.Port;
        if (long.TryParse(target.Port, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            var service = (Service)(await verbs.GetAsync(Services, key, stop)).Item;
            portName = service.Spec.Ports.FirstOrDefault(p => p.Port == number) is { } declared
                ? declared.Name ?? ""
                : throw ApiErrors.ServiceUnavailable($"no service port {number} found for service {QuotedText.Of(key.Name)}");
        }

        var endpoints = (Endpoints)(await verbs.GetAsync(Addresses, key, stop)).Item;
        List<(EndpointAddress Address, int Port)> ready =
        [
            .. endpoints.Subsets.SelectMany(subset => subset.Ports
                .Where(p => (p.Name ?? "") == portName)
                .SelectMany(p => subset.Addresses.Select(a => (a, p.Port)))),
        ];
        var turn = Interlocked.Increment(ref _turn);
        for (uint i = 0; i < ready.Count; i++)
        {
            var (address, port) = ready[(int)((turn + i) % (uint)ready.Count)];
            if (await IsOfItsPodAsync(address, key.Namespace, stop))
            {
                return At(target, address.Ip, port.ToString(CultureInfo.InvariantCulture));
            }
        }

        throw ApiErrors.ServiceUnavailable($"no endpoints available for service {QuotedText.Of(endpoints.Subsets.IsEmpty ? key.Name : asked)}");
    }

    /// <summary>Endpoints are anybody's to write: only what a pod of the same namespace bears as its address is gone to.</summary>
    private async ValueTask<bool> IsOfItsPodAsync(EndpointAddress address, string space, CancellationToken stop) =>
        address.TargetRef is { Name: { Length: > 0 } name } reference
        && reference.Namespace == space
        && (await verbs.FindAsync(Pods, new ObjectKey(space, name), stop))?.Item is Pod pod
        && pod.Status.PodIPs.Any(ip => ip.Ip == address.Ip);

    /// <summary>A port of a node; its agent's, if none is said. That one speaks HTTPS, whatever is said.</summary>
    private async ValueTask<ProxyLocation> OfNodeAsync(ObjectKey key, ProxyTarget target, CancellationToken stop)
    {
        var node = (Node)(await verbs.GetAsync(Nodes, key, stop)).Item;
        var address = node.Status.Addresses.FirstOrDefault(a => a.Type == NodeAddressType.InternalIP)?.Address ?? "";
        var reported = node.Status.DaemonEndpoints.KubeletEndpoint.Port;
        var agent = (reported == 0 ? AgentPort : reported).ToString(CultureInfo.InvariantCulture);
        return target.Port.Length == 0 || target.Port == agent
            ? At(target with { Scheme = "https" }, address, agent) with { Agent = key.Name }
            : At(target, address, target.Port);
    }

    // The server's own addresses would let anybody who may write a status speak in the server's name.
    private static ProxyLocation At(ProxyTarget target, string address, string port) =>
        IPAddress.TryParse(address, out var ip) && !IPAddress.IsLoopback(ip) && !IsMulticastOrLinkLocal(ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any)
            ? ProxyLocation.Of(target.Scheme ?? "http", address, port)
            : throw ApiErrors.BadRequest("address not allowed");

    private static bool IsMulticastOrLinkLocal(IPAddress ip) => ip.AddressFamily == AddressFamily.InterNetworkV6
        ? ip.IsIPv6Multicast || ip.IsIPv6LinkLocal
        : ip.GetAddressBytes() is [>= 224 and <= 239, ..] or [169, 254, ..];
}
