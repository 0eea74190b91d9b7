using System.Net;
using System.Net.NetworkInformation;

namespace Coppice.Network.Dns;

/// <summary>
/// Who is answered: the cluster's pods and this node itself, whichever of its addresses it asks from. A server that answered and asked
/// on for anybody would lend its name servers, and its answers, to those who send questions in others' names.
/// </summary>
/// <param name="pods">The addresses of the cluster's pods.</param>
/// <param name="nodes">The addresses that the node is known by; its others are looked up.</param>
internal sealed class DnsClients(IReadOnlyList<IPNetwork> pods, IReadOnlyList<IPAddress> nodes, TimeProvider time)
{
    // Addresses come and go, and strangers may ask at any rate.
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    private volatile Known _known = new([], long.MinValue);

    public bool Has(IPAddress address)
    {
        var client = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (pods.Any(range => range.Contains(client)) || IPAddress.IsLoopback(client) || nodes.Contains(client) || _known.Own.Contains(client))
        {
            return true;
        }

        if (_known.At != long.MinValue && time.GetElapsedTime(_known.At) < LookAgainAfter)
        {
            return false;
        }

        _known = new Known(Own(), time.GetTimestamp());
        return _known.Own.Contains(client);
    }

    private static HashSet<IPAddress> Own() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(device => device.GetIPProperties().UnicastAddresses).Select(one => one.Address)];

    private sealed record Known(HashSet<IPAddress> Own, long At);
}
