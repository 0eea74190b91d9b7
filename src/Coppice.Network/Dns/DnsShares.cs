using System.Net;

namespace Coppice.Network.Dns;

/// <summary>
/// So many things at once for all clients, and for one of them no more than its share: one pod alone cannot take what all others need.
/// For any thread.
/// </summary>
/// <param name="max">For all together.</param>
/// <param name="eachMax">For one address.</param>
public sealed class DnsShares(int max, int eachMax)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _taken = [];
    private int _all;

    /// <summary>True if it was taken: then it must be given back.</summary>
    public bool TryTake(IPAddress client)
    {
        lock (_gate)
        {
            var taken = _taken.GetValueOrDefault(client);
            if (_all == max || taken == eachMax)
            {
                return false;
            }

            _all++;
            _taken[client] = taken + 1;
            return true;
        }
    }

    public void GiveBack(IPAddress client)
    {
        lock (_gate)
        {
            _all--;
            if (--_taken[client] == 0)
            {
                _taken.Remove(client);
            }
        }
    }
}
