using Coppice.Objects;
using Coppice.Objects.Networking;
using IPNetwork = System.Net.IPNetwork;
using NetAddress = System.Net.IPAddress;

namespace Coppice.Controllers.ServiceRanges;

/// <summary>What to do about a range.</summary>
/// <param name="Status">What is to be said of it.</param>
/// <param name="IsHeld">Whether it is to bear our finalizer.</param>
/// <param name="NextLookAt">Null if nothing but a change can make a difference.</param>
internal sealed record ServiceRangePlan(ServiceCIDRStatus Status, bool IsHeld, DateTimeOffset? NextLookAt = null);

/// <summary>Keeps ranges from going while addresses of them are in use. Pure.</summary>
internal static class ServiceRangePlanner
{
    public const string Finalizer = "networking.k8s.io/service-cidr-finalizer";

    /// <summary>By then every service is seen that was given an address before its range began to go.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <param name="others">The other ranges there are.</param>
    /// <param name="addresses">Those that are in use.</param>
    public static ServiceRangePlan Plan(ServiceCIDR item, IReadOnlyList<ServiceCIDR> others, IEnumerable<string> addresses, DateTimeOffset now)
    {
        if (item.Metadata.DeletionTimestamp is not { } since)
        {
            return new(item.Status.WithReady(true, "", "Kubernetes Service CIDR is ready", now), IsHeld: true);
        }

        var staying = others.Where(one => one.Metadata.DeletionTimestamp is null).SelectMany(RangesOf).ToList();
        var (own, used) = (RangesOf(item).ToList(), addresses.Select(NetAddress.Parse));
        if (used.Any(address => own.Exists(range => range.Contains(address)) && !staying.Exists(range => range.Contains(address))))
        {
            const string Message = "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";
            return new(item.Status.WithReady(false, "Terminating", Message, now), IsHeld: true);
        }

        var until = since.After(Grace);
        return new(item.Status, IsHeld: until > now, until);
    }

    private static IEnumerable<IPNetwork> RangesOf(ServiceCIDR item) => item.Spec.Cidrs.Select(IPNetwork.Parse);
}
