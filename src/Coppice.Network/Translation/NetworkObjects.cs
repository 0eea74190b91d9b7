using System.Net;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Objects.Networking;
using IPAddress = System.Net.IPAddress;

namespace Coppice.Network.Translation;

/// <summary>The API objects that the network follows from, as they are at one moment.</summary>
/// <param name="Pods">Without policies those of this node are enough: their host ports are wanted.</param>
/// <param name="Namespaces">Names of the namespaces that exist; DNS says of others that they don't.</param>
public sealed record NetworkObjects(
    IEnumerable<Service> Services, IEnumerable<EndpointSlice> EndpointSlices, IEnumerable<Pod> Pods, IEnumerable<string> Namespaces)
{
    /// <summary>The services that may be different from what was observed last, as they are now; null if all may be.</summary>
    public IReadOnlyDictionary<ObjectKey, ServiceWorld>? Changed { get; init; }

    /// <summary>Where services may have their addresses from, beside the cluster's own range.</summary>
    public IReadOnlyList<ServiceCIDR> ServiceRanges { get; init; } = [];

    /// <summary>The addresses of other nodes and of their pods.</summary>
    public IReadOnlyList<System.Net.IPNetwork> OtherNodes { get; init; } = [];

    /// <summary>This node's own address, by which others send it what is wrapped; null while it is not known.</summary>
    public IPAddress? NodeAddress { get; init; }

    /// <summary>Of this node; null if nobody says.</summary>
    public string? Zone { get; init; }

    public IReadOnlyList<NetworkPolicy> Policies { get; init; } = [];

    /// <summary>By the namespaces' names.</summary>
    public IReadOnlyDictionary<string, ValueMap<string>> NamespaceLabels { get; init; } = new Dictionary<string, ValueMap<string>>();

    /// <summary>Pods of this node that have an address of which the API does not know yet, by their identity.</summary>
    public IReadOnlyDictionary<string, ArrivingPod> Arriving { get; init; } = new Dictionary<string, ArrivingPod>();
}

/// <summary>A service with its endpoints.</summary>
/// <param name="Service">Null if there is none.</param>
public sealed record ServiceWorld(Service? Service, IReadOnlyList<EndpointSlice> Slices);

/// <param name="Addresses">One of each family.</param>
/// <param name="IsKnown">It is among the pods that are watched.</param>
public sealed record ArrivingPod(Pod Pod, IReadOnlyList<IPAddress> Addresses, bool IsKnown);
