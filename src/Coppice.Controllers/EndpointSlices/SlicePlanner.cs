using Coppice.Controllers.EndpointAddresses;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using DiscoveryPort = Coppice.Objects.Discovery.EndpointPort;

namespace Coppice.Controllers.EndpointSlices;

/// <summary>The writes that bring a service's slices to what they should be.</summary>
internal sealed record SlicePlan(IReadOnlyList<EndpointSlice> Create, IReadOnlyList<EndpointSlice> Update, IReadOnlyList<EndpointSlice> Delete)
{
    /// <summary>What of hints the user should know.</summary>
    public IReadOnlyList<HintNews> News { get; init; } = [];

    public bool IsEmpty => Create.Count + Update.Count + Delete.Count == 0;
}

/// <summary>That a service's endpoints have hints from now on, or why they have none.</summary>
internal sealed record HintNews(bool AreGiven, string Message);

/// <summary>Endpoints that share address type and ports, and so may share a slice.</summary>
internal sealed record EndpointGroup(string AddressType, ValueList<DiscoveryPort> Ports, IReadOnlyList<Endpoint> Endpoints);

/// <summary>The EndpointSlices of a service from its pods.</summary>
internal static class SlicePlanner
{
    public const string ServiceName = "kubernetes.io/service-name";
    public const string ManagedBy = "endpointslice.kubernetes.io/managed-by";
    public const string Controller = "endpointslice-controller.k8s.io";
    public const string Headless = "service.kubernetes.io/headless";
    private const string Zone = "topology.kubernetes.io/zone";

    /// <param name="shares">Asked only for a service whose traffic is to stay in its zone.</param>
    public static SlicePlan Plan(
        Service service, IReadOnlyList<Pod> pods, Func<string, Node?> node, IReadOnlyList<EndpointSlice> existing, Func<ZoneShares>? shares = null)
    {
        var families = service.Spec.IpFamilies.IsEmpty ? [IPFamily.IPv4] : service.Spec.IpFamilies;
        var groups = new List<EndpointGroup>();
        var news = new List<HintNews>();
        foreach (var family in families)
        {
            var ofFamily = Group(service, pods, node, family).ToList();
            groups.AddRange(shares is null || !ZoneHints.AreWanted(service) ? ofFamily : Hinted(family, ofFamily, existing, shares(), news));
        }

        return SlicePacking.Pack(groups, existing, LabelsOf(service), new()
        {
            GenerateName = service.Metadata.Name + "-",
            Namespace = service.Metadata.Namespace,
            OwnerReferences = [ControllerRef.To(service)],
        }) with { News = news };
    }

    private static IReadOnlyList<EndpointGroup> Hinted(
        string family, IReadOnlyList<EndpointGroup> groups, IReadOnlyList<EndpointSlice> existing, ZoneShares shares, List<HintNews> news)
    {
        var slices = existing.Where(slice => slice.AddressType == family).ToList();
        var hinted = ZoneHints.Give(groups, slices, shares);
        if (hinted.Problem is { } problem)
        {
            news.Add(new(false, $"{problem}, addressType: {family}"));
        }
        else if (!slices.Exists(slice => slice.Endpoints.Any(one => one.Hints is not null)))
        {
            news.Add(new(true, $"Topology Aware Hints has been enabled, addressType: {family}"));
        }

        return hinted.Groups;
    }

    private static ValueMap<string> LabelsOf(Service service)
    {
        var labels = service.Metadata.Labels.Without(Headless)
            .With(ServiceName, service.Metadata.Name!)
            .With(ManagedBy, Controller);
        return ServicePods.IsHeadless(service) ? labels.With(Headless, "") : labels;
    }

    /// <summary>
    /// One group for each set of ports; with no endpoints at all an empty one, so that the service has a slice. A pod whose node is gone is
    /// reached by nobody, and goes a while later.
    /// </summary>
    private static IEnumerable<EndpointGroup> Group(Service service, IReadOnlyList<Pod> pods, Func<string, Node?> node, string family)
    {
        // Most services ask for their pods' ports by number, and so get the same ones of each.
        ValueList<DiscoveryPort>? ports = pods.Count > 0 && service.Spec.Ports.All(p => p.TargetPort.IsNumber) ? PortsOf(service, pods[0]) : null;
        var groups = ServicePods.WithAddress(pods)
            .Select(p => (Pod: p, Node: string.IsNullOrEmpty(p.Spec.NodeName) ? null : node(p.Spec.NodeName)))
            .Where(p => service.Spec.PublishNotReadyAddresses || string.IsNullOrEmpty(p.Pod.Spec.NodeName) || p.Node is not null)
            .Select(p => (Ports: ports ?? PortsOf(service, p.Pod), Endpoint: EndpointOf(service, p.Pod, p.Node, family)))
            .Where(p => p.Endpoint is not null)
            .GroupBy(p => p.Ports, p => p.Endpoint!)
            .Select(g => new EndpointGroup(family, g.Key, [.. g]))
            .OrderBy(g => g.Ports.ToString(), StringComparer.Ordinal)
            .ToList();
        return groups.Count > 0 ? groups : [new(family, default, [])];
    }

    private static Endpoint? EndpointOf(Service service, Pod pod, Node? node, string family)
    {
        var addresses = ServicePods.AddressesOf(pod, family);
        if (addresses.IsEmpty)
        {
            return null;
        }

        var isServing = PodState.IsReady(pod);
        var isGoing = pod.Metadata.DeletionTimestamp is not null;
        var nodeName = string.IsNullOrEmpty(pod.Spec.NodeName) ? null : pod.Spec.NodeName;
        var zone = node?.Metadata.Labels.Find(Zone);
        return new()
        {
            Addresses = addresses,
            Conditions = new()
            {
                Ready = service.Spec.PublishNotReadyAddresses || (isServing && !isGoing),
                Serving = isServing,
                Terminating = isGoing,
            },
            Hostname = ServicePods.HostnameFor(pod, service),
            NodeName = nodeName,
            Zone = zone,
            Hints = HintsOf(service, nodeName, zone),
            TargetRef = ServicePods.ReferenceTo(pod),
        };
    }

    /// <summary>From where an endpoint is to be used, if the service wants it used from near. Where zones share, <see cref="ZoneHints"/> says it.</summary>
    private static EndpointHints? HintsOf(Service service, string? nodeName, string? zone)
    {
        if (ZoneHints.AreWanted(service))
        {
            return null;
        }

        ValueList<ForZone> zones = zone is null ? default : [new ForZone { Name = zone }];
        return service.Spec.TrafficDistribution switch
        {
            "PreferClose" or "PreferSameZone" when zone is not null => new() { ForZones = zones },
            "PreferSameNode" when nodeName is not null => new() { ForZones = zones, ForNodes = [new ForNode { Name = nodeName }] },
            _ => null,
        };
    }

    private static ValueList<DiscoveryPort> PortsOf(Service service, Pod pod) =>
        service.Spec.Ports
            .Select(p => (Service: p, Target: ServicePods.TargetPort(pod, p)))
            .Where(p => p.Target is not null)
            .Select(p => new DiscoveryPort
            {
                Name = p.Service.Name ?? "",
                Port = p.Target,
                Protocol = p.Service.Protocol ?? "TCP",
                AppProtocol = p.Service.AppProtocol,
            })
            .ToValueList();
}
