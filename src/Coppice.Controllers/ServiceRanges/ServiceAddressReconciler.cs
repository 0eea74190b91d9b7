using System.Net.Sockets;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Networking;
using NetAddress = System.Net.IPAddress;

namespace Coppice.Controllers.ServiceRanges;

/// <summary>Shows each address that a service has as an IPAddress of that name, for as long as it has it.</summary>
internal sealed class ServiceAddressReconciler(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    private const string FamilyLabel = "ipaddress.kubernetes.io/ip-family";
    private const string ManagerLabel = "ipaddress.kubernetes.io/managed-by";
    private const string Manager = "ipallocator.k8s.io";
    private const string Services = "services";

    private readonly ObjectCache<IPAddress> _addresses = caches.Of<IPAddress>();
    private readonly CacheIndex<Service> _byAddress = caches.Of<Service>().AddIndex(AddressesOf);

    public Controller Declare(Controller controller) => controller
        .Watches(_addresses)
        .WokenBy(caches.Of<Service>(), change => Keys(change.Old).Concat(Keys(change.New)).Distinct());

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        var there = _addresses.Find(key);
        var wanted = _byAddress.Find(key.Name) is [var service, ..] ? Make(key.Name, service) : null;
        if (there is null)
        {
            if (wanted is not null)
            {
                await _addresses.ExpectAsync(await api.CreateAsync(wanted, stop), time, stop);
            }

            return ReconcileResult.Done;
        }

        // What others noted is theirs. One that is wrong goes, and its end brings us here again.
        if (there.Metadata.Labels.Find(ManagerLabel) == Manager && there.Metadata.DeletionTimestamp is null && there.Spec != wanted?.Spec)
        {
            await api.DeleteAsync<IPAddress>(key, new() { Preconditions = new() { Uid = there.Metadata.Uid } }, stop);
        }

        return ReconcileResult.Done;
    }

    private static IPAddress Make(string address, Service service) => new()
    {
        Metadata = new()
        {
            Name = address,
            Labels = ValueMap.Of(
                (FamilyLabel, NetAddress.Parse(address).AddressFamily == AddressFamily.InterNetwork ? "IPv4" : "IPv6"), (ManagerLabel, Manager)),
        },
        Spec = new() { ParentRef = new() { Resource = Services, Namespace = service.Metadata.Namespace, Name = service.Metadata.Name! } },
    };

    private static IEnumerable<ObjectKey> Keys(Service? service) => service is null ? [] : AddressesOf(service).Select(address => new ObjectKey("", address));

    /// <summary>None of a service without a head, and of one that is elsewhere. A service may write them otherwise than the objects' names are.</summary>
    private static IEnumerable<string> AddressesOf(Service service) =>
        service.Spec.ClusterIPs.Select(text => NetAddress.TryParse(text, out var address) ? address.ToString() : null).OfType<string>();
}
