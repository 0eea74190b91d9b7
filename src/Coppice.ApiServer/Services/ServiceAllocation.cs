using System.Net;
using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Validation;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Services;

/// <param name="Range">The addresses that services get; the first one is the API's own service.</param>
/// <param name="NodePortFirst">Node ports lie from here…</param>
/// <param name="NodePortLast">…to here, both included.</param>
public sealed record ServiceAllocationOptions(IPNetwork Range, int NodePortFirst = 30000, int NodePortLast = 32767)
{
    public static readonly ServiceAllocationOptions Default = new(ClusterRanges.Default.Services);
}

/// <summary>
/// Gives services their cluster address and node ports, and refuses those that another service has. What is taken is read from the
/// services themselves, so that nothing can be leaked; what was given a moment ago and is not stored yet is remembered beside.
/// </summary>
internal sealed class ServiceAllocation(ObjectStorage storage, ServiceAllocationOptions options, TimeProvider time, Random random) : IAdmission
{
    private const string Headless = "None";

    // Fewer are no help to those who choose by hand; a range as small as that has none to spare.
    private const int ReservedMin = 16;

    // By then the write that a value was given for has been stored or has failed.
    private static readonly TimeSpan GivenFor = TimeSpan.FromSeconds(30);

    private static readonly ResourceDefinition Services = KindCatalog.Of<Service>();

    private readonly SteadyClock _clock = new(time);
    private readonly Dictionary<string, (string Owner, DateTimeOffset At)> _given = [];

    public async ValueTask<KubernetesObject> AdmitAsync(WriteScope scope, KubernetesObject item, KubernetesObject? old, CancellationToken stop)
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
        if (ServiceAddressValidation.Validate(service.Spec) is { Count: > 0 } errors)
        {
            throw ApiErrors.Invalid(scope.Definition, service.Metadata.Name ?? "", errors);
        }

        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in (await storage.RangeAsync(new(ObjectStorage.Prefix(Services, null)), stop)).Entries)
        {
            var other = (Service)ObjectStorage.FormOf(Services, entry).Item;
            if (other.Metadata.Uid != service.Metadata.Uid)
            {
                taken.UnionWith(ClaimsOf(other));
            }
        }

        var before = old is Service previous ? ClaimsOf(previous).ToHashSet() : [];
        lock (_given)
        {
            return Allocate(scope, service, taken, before);
        }
    }

    /// <summary>What an update leaves as it is was given to the service before, and nobody else's claims matter.</summary>
    private static bool AsksTheSame(ServiceSpec old, ServiceSpec spec) =>
        old.Type == spec.Type
        && old.ClusterIP == spec.ClusterIP
        && old.ClusterIPs == spec.ClusterIPs
        && old.Ports == spec.Ports
        && old.AllocateLoadBalancerNodePorts == spec.AllocateLoadBalancerNodePorts;

    private Service Allocate(WriteScope scope, Service service, HashSet<string> taken, HashSet<string> before)
    {
        var now = _clock.GetUtcNow();
        var owner = $"{scope.Namespace}/{service.Metadata.Name}";
        foreach (var (claim, given) in _given.ToList())
        {
            if (now - given.At > GivenFor)
            {
                _given.Remove(claim);
            }

            // A service that is deleted and made again may have back what it had: of one name only one can be stored.
            else if (given.Owner != owner && !before.Contains(claim))
            {
                taken.Add(claim);
            }
        }

        var errors = new List<FieldError>();
        var allocated = WithNodePorts(WithAddress(service, taken, errors), taken, errors);
        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(scope.Definition, service.Metadata.Name ?? "", errors);
        }

        if (!scope.DryRun)
        {
            foreach (var claim in ClaimsOf(allocated))
            {
                _given[claim] = (owner, now);
            }
        }

        return allocated;
    }

    private Service WithAddress(Service service, HashSet<string> taken, List<FieldError> errors)
    {
        var spec = service.Spec;
        if (spec.Type == ServiceType.ExternalName || spec.ClusterIP == Headless)
        {
            return spec.ClusterIP == Headless ? service with { Spec = spec with { ClusterIPs = [Headless] } } : service;
        }

        var address = spec.ClusterIP;
        if (string.IsNullOrEmpty(address))
        {
            address = FreeAddress(taken);
            if (address is null)
            {
                throw ApiErrors.InternalError($"failed to allocate a serviceIP: range is full");
            }
        }
        else if (!IPAddress.TryParse(address, out var wanted) || !options.Range.Contains(wanted))
        {
            errors.Add(FieldError.Invalid(
                FieldPath.Of("spec", "clusterIPs"),
                $"[{address}]",
                $"failed to allocate IP {address}: the provided IP ({address}) is not in the valid range. The range of valid IPs is {options.Range}"));
        }
        else if (taken.Contains(AddressClaim(address)))
        {
            errors.Add(FieldError.Invalid(
                FieldPath.Of("spec", "clusterIPs"), $"[{address}]", $"failed to allocate IP {address}: provided IP is already allocated"));
        }

        return service with { Spec = spec with { ClusterIP = address, ClusterIPs = [address] } };
    }

    private string? FreeAddress(HashSet<string> taken)
    {
        var size = ClusterRanges.SizeOf(options.Range);

        // The lowest addresses stay free for those who ask for one by hand (the API's, DNS'), as in Kubernetes.
        var reserved = size <= ReservedMin ? 0 : Math.Clamp(size / ReservedMin, ReservedMin, 256);
        var start = random.NextInt64(reserved, size - 1);
        for (var i = 0L; i < size; i++)
        {
            var offset = (start + i) % size;
            if (offset == 0 || offset == 1 || offset == size - 1 || (i < size - reserved && offset < reserved))
            {
                continue;
            }

            var address = ClusterRanges.AddressAt(options.Range, offset).ToString();
            if (!taken.Contains(AddressClaim(address)))
            {
                return address;
            }
        }

        return null;
    }

    private Service WithNodePorts(Service service, HashSet<string> taken, List<FieldError> errors)
    {
        var spec = service.Spec;
        var wants = spec.Type == ServiceType.NodePort || (spec.Type == ServiceType.LoadBalancer && spec.AllocateLoadBalancerNodePorts != false);
        var ports = new List<ServicePort>();
        var own = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < spec.Ports.Count; i++)
        {
            var port = spec.Ports[i];
            var path = FieldPath.Of("spec", "ports").Index(i).Child("nodePort");
            if (port.NodePort != 0 && (port.NodePort < options.NodePortFirst || port.NodePort > options.NodePortLast))
            {
                errors.Add(FieldError.Invalid(
                    path, port.NodePort, $"provided port is not in the valid range. The range of valid ports is {options.NodePortFirst}-{options.NodePortLast}"));
            }
            else if (port.NodePort != 0 && taken.Contains(PortClaim(port)))
            {
                errors.Add(FieldError.Invalid(path, port.NodePort, "provided port is already allocated"));
            }
            else if (port.NodePort == 0 && wants)
            {
                port = port with { NodePort = FreePort(port, [.. taken, .. own]) };
            }

            own.Add(PortClaim(port));
            ports.Add(port);
        }

        return service with { Spec = spec with { Ports = ports.ToValueList() } };
    }

    private int FreePort(ServicePort port, HashSet<string> taken)
    {
        var size = options.NodePortLast - options.NodePortFirst + 1;
        var start = random.Next(size);
        for (var i = 0; i < size; i++)
        {
            var candidate = options.NodePortFirst + ((start + i) % size);
            if (!taken.Contains(PortClaim(port with { NodePort = candidate })))
            {
                return candidate;
            }
        }

        throw ApiErrors.InternalError("failed to allocate a nodePort: range is full");
    }

    private static IEnumerable<string> ClaimsOf(Service service)
    {
        if (!string.IsNullOrEmpty(service.Spec.ClusterIP) && service.Spec.ClusterIP != Headless)
        {
            yield return AddressClaim(service.Spec.ClusterIP);
        }

        foreach (var port in service.Spec.Ports.Where(p => p.NodePort != 0))
        {
            yield return PortClaim(port);
        }
    }

    private static string AddressClaim(string address) => $"ip {address}";

    private static string PortClaim(ServicePort port) => $"port {port.Protocol}/{port.NodePort}";
}
