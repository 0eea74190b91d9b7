using System.Net;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Validation;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Services;

/// <param name="Ranges">The addresses that services get, a range of each family, the usual one first; its first address is the API's own service's.</param>
public sealed record ServiceAllocationOptions(ValueList<IPNetwork> Ranges, PortRange NodePorts)
{
    public static readonly ServiceAllocationOptions Default = new([ClusterRanges.Default.Services], PortRange.NodePorts);

    /// <summary>The families that services can have addresses of.</summary>
    internal IReadOnlyList<string> Families => [.. Ranges.Select(FamilyOf)];

    internal static string FamilyOf(IPNetwork range) => ClusterRanges.IsV6(range) ? IPFamily.IPv6 : IPFamily.IPv4;
}

/// <summary>Gives services their cluster address and node ports, and refuses those that another service has.</summary>
internal sealed class ServiceAllocation(ObjectStorage storage, ServiceAllocationOptions options, TimeProvider time, Random random)
{
    internal const string Headless = "None";

    // Fewer are no help to those who choose by hand; a range as small as that has none to spare.
    private const int ReservedMin = 16;

    private readonly Lock _gate = new();
    private readonly ServiceClaims _claims = new(storage, time);
    private readonly ServiceRanges _ranges = new(storage, options.Ranges);

    /// <param name="item">The object as it would be stored; what is no service stays as it is.</param>
    /// <param name="old">The version that is replaced; null when the service is new.</param>
    public async ValueTask<KubernetesObject?> AllocateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (item is not Service service)
        {
            return item;
        }

        if (old is Service same && AsksTheSame(same.Spec, service.Spec))
        {
            return item;
        }

        // Nothing is given out for what makes no sense, and nothing given out hides it.
        var errors = ServiceAddressValidation.Validate(service.Spec).ToList();
        if (errors.Count == 0)
        {
            service = service with { Spec = ServiceFamilies.Fill(service.Spec, (old as Service)?.Spec, options.Families, errors) };
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(request.Kind, service.Metadata.Name ?? "", errors);
        }

        await _claims.CatchUpAsync(stop);
        var ranges = await _ranges.NowAsync(stop);
        var before = old is Service previous ? ServiceClaims.Of(previous).ToHashSet() : [];
        lock (_gate)
        {
            return Allocate(request, service, ranges, before, (old as Service)?.Spec);
        }
    }

    /// <summary>What an update leaves as it is was given to the service before, and nobody else's claims matter.</summary>
    private static bool AsksTheSame(ServiceSpec old, ServiceSpec spec) =>
        old.Type == spec.Type
        && old.ClusterIP == spec.ClusterIP
        && old.ClusterIPs == spec.ClusterIPs
        && old.IpFamilies == spec.IpFamilies
        && old.IpFamilyPolicy == spec.IpFamilyPolicy
        && old.Ports == spec.Ports
        && old.ExternalTrafficPolicy == spec.ExternalTrafficPolicy
        && old.HealthCheckNodePort == spec.HealthCheckNodePort
        && old.AllocateLoadBalancerNodePorts == spec.AllocateLoadBalancerNodePorts;

    /// <param name="before">What the service has already: nobody else can have been given it.</param>
    /// <param name="old">Null when the service is new.</param>
    private Service Allocate(WriteRequest request, Service service, IReadOnlyList<IPNetwork> ranges, HashSet<string> before, ServiceSpec? old)
    {
        var name = $"{request.Key.Namespace}/{service.Metadata.Name}";
        var errors = new List<FieldError>();
        var allocated = WithHealthPort(WithNodePorts(WithAddresses(service, ranges, IsTaken, errors), old is null, IsTaken, errors), old, IsTaken, errors);
        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(request.Kind, service.Metadata.Name ?? "", errors);
        }

        if (!request.Options.DryRun)
        {
            _claims.Give(ServiceClaims.Of(allocated).Where(claim => !before.Contains(claim)), name);
        }

        return allocated;

        bool IsTaken(string claim) => !before.Contains(claim) && _claims.IsTaken(claim, service.Metadata.Uid, name);
    }

    private Service WithAddresses(Service service, IReadOnlyList<IPNetwork> ranges, Func<string, bool> isTaken, List<FieldError> errors)
    {
        var spec = service.Spec;
        if (spec.Type == ServiceType.ExternalName || ServiceAddressValidation.IsHeadless(spec))
        {
            return service;
        }

        var addresses = spec.ClusterIPs.ToList();
        for (var i = 0; i < spec.IpFamilies.Count; i++)
        {
            var ofFamily = ranges.Where(range => ServiceAllocationOptions.FamilyOf(range) == spec.IpFamilies[i]).ToList();
            if (i == addresses.Count)
            {
                addresses.Add(ofFamily.Select(range => FreeAddress(range, isTaken)).FirstOrDefault(free => free is not null)
                    ?? throw ApiErrors.InternalError("failed to allocate a serviceIP: range is full"));
            }
            else if (WhyNotGiven(addresses[i], ofFamily, isTaken) is { } why)
            {
                errors.Add(FieldError.Invalid(
                    FieldPath.Of("spec", "clusterIPs"), $"[{string.Join(' ', spec.ClusterIPs)}]", $"failed to allocate IP {addresses[i]}: {why}"));
            }
        }

        return service with { Spec = spec with { ClusterIP = addresses.Count > 0 ? addresses[0] : null, ClusterIPs = addresses.ToValueList() } };
    }

    private static string? WhyNotGiven(string address, IReadOnlyList<IPNetwork> ranges, Func<string, bool> isTaken)
    {
        var claim = ServiceClaims.OfAddress(address);
        return !ranges.Any(range => range.Contains(IPAddress.Parse(address)))
            ? $"the provided IP ({address}) is not in the valid range. The range of valid IPs is {ranges[0]}"
            : isTaken(claim) ? "provided IP is already allocated"
            : null;
    }

    private string? FreeAddress(IPNetwork range, Func<string, bool> isTaken)
    {
        var size = ClusterRanges.SizeOf(range);

        // The lowest addresses stay free for those who ask for one by hand (the API's, DNS'), as in Kubernetes.
        var reserved = size <= ReservedMin ? 0 : Math.Clamp(size / ReservedMin, ReservedMin, 256);
        var start = size <= reserved + 1 ? 0 : random.NextInt64(reserved, size - 1);
        for (var i = 0L; i < size; i++)
        {
            var offset = (start + i) % size;
            if (offset == 0 || offset == 1 || offset == size - 1 || (i < size - reserved && offset < reserved))
            {
                continue;
            }

            var address = ClusterRanges.AddressAt(range, offset).ToString();
            if (!isTaken(ServiceClaims.OfAddress(address)))
            {
                return address;
            }
        }

        return null;
    }

    private Service WithNodePorts(Service service, bool isNew, Func<string, bool> isTaken, List<FieldError> errors)
    {
        var spec = service.Spec;
        var wants = spec.Type == ServiceType.NodePort || (spec.Type == ServiceType.LoadBalancer && spec.AllocateLoadBalancerNodePorts != false);
        var ports = new List<ServicePort>();
        var own = new HashSet<int>();
        for (var i = 0; i < spec.Ports.Count; i++)
        {
            var port = spec.Ports[i];
            var path = FieldPath.Of("spec", "ports").Index(i).Child("nodePort");

            // Of a new service, what differs by the protocol alone shares a port of the nodes; a change may share any of its own.
            var ofSame = isNew ? NodePortOf(ports, port.Port) : 0;
            var asked = port.NodePort != 0 || !wants ? port.NodePort : ofSame != 0 ? ofSame : isNew ? NodePortOf(spec.Ports, port.Port) : 0;
            var isShared = asked != 0 && (isNew ? asked == ofSame : own.Contains(asked));
            if (asked == 0 && wants)
            {
                asked = FreePort("failed to allocate a nodePort", IsTaken);
            }
            else if (asked != 0 && !isShared && WhyNotGiven(asked, IsTaken) is { } why)
            {
                errors.Add(FieldError.Invalid(path, asked, why));
            }

            own.Add(asked);
            ports.Add(port with { NodePort = asked });
        }

        return service with { Spec = spec with { Ports = ports.ToValueList() } };

        bool IsTaken(int port) => own.Contains(port) || isTaken(ServiceClaims.OfPort(port));
    }

    private static int NodePortOf(IReadOnlyList<ServicePort> ports, int port) => ports.FirstOrDefault(one => one.Port == port && one.NodePort != 0)?.NodePort ?? 0;

    private string? WhyNotGiven(int port, Func<int, bool> isTaken) =>
        !options.NodePorts.Contains(port) ? $"provided port is not in the valid range. The range of valid ports is {options.NodePorts}"
        : isTaken(port) ? "provided port is already allocated"
        : null;

    private Service WithHealthPort(Service service, ServiceSpec? old, Func<string, bool> isTaken, List<FieldError> errors)
    {
        var spec = service.Spec;
        if (!ServiceValidation.NeedsHealthPort(spec) || errors.Count > 0)
        {
            return service;
        }

        var wanted = spec.HealthCheckNodePort;
        if (old is not null && ServiceValidation.NeedsHealthPort(old) && old.HealthCheckNodePort != 0)
        {
            if (wanted != old.HealthCheckNodePort)
            {
                errors.Add(FieldError.Invalid(
                    FieldPath.Of("spec", "healthCheckNodePort"), wanted, "cannot change healthCheckNodePort on loadBalancer service with externalTraffic=Local during update"));
            }

            return service;
        }

        if (wanted == 0)
        {
            var free = FreePort("failed to allocate a HealthCheck NodePort 0", IsTaken);
            return service with { Spec = spec with { HealthCheckNodePort = free } };
        }

        // Of this port Kubernetes says what is wrong in no better way.
        return WhyNotGiven(wanted, IsTaken) is { } why
            ? throw ApiErrors.InternalError($"failed to allocate requested HealthCheck NodePort {wanted}: {why}")
            : service;

        bool IsTaken(int port) => spec.Ports.Any(one => one.NodePort == port) || isTaken(ServiceClaims.OfPort(port));
    }

    /// <param name="failure">What is said if there is none.</param>
    private int FreePort(string failure, Func<int, bool> isTaken)
    {
        var size = options.NodePorts.Count;
        var start = random.Next(size);
        for (var i = 0; i < size; i++)
        {
            var candidate = options.NodePorts.First + ((start + i) % size);
            if (!isTaken(candidate))
            {
                return candidate;
            }
        }

        throw ApiErrors.InternalError($"{failure}: range is full");
    }
}
