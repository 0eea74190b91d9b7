using System.Security.Cryptography;
using System.Text;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Scheduler;

/// <summary>What a claim's status says of the devices that were chosen for it.</summary>
internal static class AllocationResults
{
    public static AllocationResult Of(ResourceClaim claim, Node node, IReadOnlyList<ChosenDevice> chosen) => new()
    {
        Devices = new()
        {
            Results = [.. chosen.Select(one => new DeviceRequestAllocationResult
            {
                Request = one.Demand.Name,
                Driver = one.Device.Name.Driver,
                Pool = one.Device.Name.Pool,
                Device = one.Device.Name.Device,
                AdminAccess = one.Demand.IsAdmin ? true : null,
                Tolerations = one.Demand.Tolerations,
                BindingConditions = one.Device.Device.BindingConditions,
                BindingFailureConditions = one.Device.Device.BindingFailureConditions,
                ShareID = one.Device.IsShared ? ShareOf(claim, one) : null,
                ConsumedCapacity = one.Device.IsShared ? one.Consumed : default,
            })],
            Config = [.. ConfigurationOf(claim, [.. chosen.Select(one => one.Demand).Distinct()])],
        },
        NodeSelector = SelectorOf(node, chosen),
    };

    /// <summary>No other share of the device is called so, nor one that the claim has had before.</summary>
    private static string ShareOf(ResourceClaim claim, ChosenDevice chosen)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{claim.Metadata.Uid} {claim.Metadata.ResourceVersion} {chosen.Demand.Name} {chosen.Device.Name}")).AsSpan(0, 16);

        // As RFC 9562 has those that are made by a rule of one's own.
        (hash[6], hash[8]) = ((byte)((hash[6] & 0x0f) | 0x80), (byte)((hash[8] & 0x3f) | 0x80));
        return new Guid(hash, bigEndian: true).ToString("D");
    }

    /// <summary>What classes say comes first: a driver goes by the last that is said.</summary>
    private static IEnumerable<DeviceAllocationConfiguration> ConfigurationOf(ResourceClaim claim, IReadOnlyList<DeviceDemand> demands)
    {
        foreach (var demand in demands)
        {
            foreach (var config in demand.Class.Spec.Config)
            {
                yield return new() { Source = AllocationConfigSource.FromClass, Requests = [demand.Name], Opaque = config.Opaque };
            }
        }

        foreach (var config in claim.Spec.Devices.Config.Where(config => demands.Any(demand => demand.IsNamedBy(config.Requests))))
        {
            yield return new() { Source = AllocationConfigSource.FromClaim, Requests = config.Requests, Opaque = config.Opaque };
        }
    }

    /// <summary>Where all of the devices can be used; null for everywhere.</summary>
    private static NodeSelector? SelectorOf(Node node, IReadOnlyList<ChosenDevice> chosen)
    {
        if (chosen.Any(one => one.Device.NodeName is not null || one.Device.Device.BindsToNode == true))
        {
            return new() { NodeSelectorTerms = [new() { MatchFields = [new() { Key = NodeSelectors.NameField, Operator = NodeSelectorOperator.In, Values = [node.Metadata.Name!] }] }] };
        }

        // Each has one term, and the node matches all of them.
        var terms = chosen.Select(one => one.Device.Selector).OfType<NodeSelector>().SelectMany(selector => selector.NodeSelectorTerms).ToList();
        return terms.Count == 0 ? null : new()
        {
            NodeSelectorTerms =
            [
                new()
                {
                    MatchExpressions = [.. terms.SelectMany(term => term.MatchExpressions).Distinct()],
                    MatchFields = [.. terms.SelectMany(term => term.MatchFields).Distinct()],
                },
            ],
        };
    }
}
