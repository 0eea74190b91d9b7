using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>What claims have of devices that several of them share. For one thread at a time.</summary>
internal sealed class DeviceShares
{
    private readonly Dictionary<DeviceName, List<ValueMap<Quantity>>> _shares = [];

    public bool Has(DeviceName device) => _shares.ContainsKey(device);

    public void Add(DeviceName device, ValueMap<Quantity> share)
    {
        if (!_shares.TryGetValue(device, out var shares))
        {
            _shares[device] = shares = [];
        }

        shares.Add(share);
    }

    public void Remove(DeviceName device, ValueMap<Quantity> share)
    {
        if (_shares.TryGetValue(device, out var shares) && shares.Remove(share) && shares.Count == 0)
        {
            _shares.Remove(device);
        }
    }

    /// <summary>How much of a capacity of a device is had.</summary>
    public Quantity Sum(DeviceName device, string capacity) =>
        _shares.GetValueOrDefault(device)?.Aggregate(default(Quantity), (sum, share) => sum + share.Find(capacity)) ?? default;
}
