using Coppice.Network.Nftables;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Network.Translation;

/// <summary>The port where load balancers ask for a service's endpoints on this node. Pure.</summary>
internal static class HealthPortTranslation
{
    /// <summary>Null for a service that has none: only those have one whose balancers must not send where no endpoint is.</summary>
    public static HealthPortInfo? Translate(Service service, IReadOnlyList<EndpointSlice> slices, string node) =>
        service.Spec is { Type: ServiceType.LoadBalancer, ExternalTrafficPolicy: ServiceExternalTrafficPolicy.Local, HealthCheckNodePort: > 0 and <= ushort.MaxValue and var port }
            ? new HealthPortInfo(service.Metadata.Namespace ?? "", service.Metadata.Name ?? "", port, Count(slices, node))
            : null;

    /// <summary>The ready ones of one family: those of the other are the same pods.</summary>
    private static int Count(IReadOnlyList<EndpointSlice> slices, string node) => slices
        .GroupBy(slice => slice.AddressType)
        .Select(ofFamily => ofFamily
            .SelectMany(slice => slice.Endpoints)
            .Where(one => one is { Addresses.IsEmpty: false } && one.NodeName == node && (one.Conditions.Ready ?? true))
            .Select(one => one.Addresses[0])
            .Distinct()
            .Count())
        .DefaultIfEmpty()
        .Max();
}
