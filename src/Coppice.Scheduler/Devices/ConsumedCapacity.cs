using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.Scheduler;

/// <summary>How much a claim takes of what a device has: what it asks for, in the amounts in which the device gives it.</summary>
internal static class ConsumedCapacity
{
    /// <param name="wanted">By capacity; what is not named is had as the device says, or whole.</param>
    /// <returns>By capacity, as the device calls it; null if such a device cannot give so much, or has nothing of the kind.</returns>
    public static ValueMap<Quantity>? Of(OfferedDevice device, ValueMap<Quantity> wanted)
    {
        var asked = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var (name, amount) in wanted)
        {
            if (NameOf(device, name) is not { } known)
            {
                return null;
            }

            asked[known] = amount;
        }

        var consumed = new List<KeyValuePair<string, Quantity>>();
        foreach (var (name, capacity) in device.Device.Capacity)
        {
            if (Of(capacity, asked.TryGetValue(name, out var amount) ? amount : null) is not { } given || given > capacity.Value)
            {
                return null;
            }

            consumed.Add(new(name, given));
        }

        return consumed.ToValueMap();
    }

    /// <returns>Null if the policy allows nothing that is as much.</returns>
    private static Quantity? Of(DeviceCapacity capacity, Quantity? wanted) => (wanted, capacity.RequestPolicy) switch
    {
        (null, var policy) => policy?.Default ?? capacity.Value,
        ({ } amount, { ValidRange: { Min: { } least } range }) => Within(range, least, amount),
        ({ } amount, { ValidValues: { IsEmpty: false } values }) => values.Select(value => (Quantity?)value).FirstOrDefault(value => value >= amount),
        _ => wanted,
    };

    /// <summary>Up to the least, and from there in steps.</summary>
    private static Quantity? Within(CapacityRequestPolicyRange range, Quantity least, Quantity wanted)
    {
        var amount = wanted < least ? least : wanted;
        if (amount > least && range.Step is { Value: > 0 } step)
        {
            var steps = ((Int128)amount.Value - least.Value + step.Value - 1) / step.Value;
            var stepped = least.Value + (steps * step.Value);
            if (stepped > long.MaxValue)
            {
                return null;
            }

            amount = Quantity.FromUnits((long)stepped, step.Format);
        }

        return amount > range.Max ? null : amount;
    }

    /// <summary>What is named without a domain is of the driver's.</summary>
    private static string? NameOf(OfferedDevice device, string name)
    {
        var (prefix, capacity) = ($"{device.Name.Driver}/", device.Device.Capacity);
        return capacity.ContainsKey(name) ? name
            : name.StartsWith(prefix, StringComparison.Ordinal) ? (capacity.ContainsKey(name[prefix.Length..]) ? name[prefix.Length..] : null)
            : !name.Contains('/') && capacity.ContainsKey(prefix + name) ? prefix + name
            : null;
    }
}
