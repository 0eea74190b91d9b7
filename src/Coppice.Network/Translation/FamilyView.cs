using System.Collections.Immutable;
using Coppice.Network.Nftables;
using Coppice.Objects;
using IPNetwork = System.Net.IPNetwork;

namespace Coppice.Network.Translation;

/// <summary>What rules of one family see of the cluster's ranges and of other nodes; the same objects while it is the same. For one caller at a time.</summary>
internal sealed class FamilyView(NetworkOptions options, NftFamily family)
{
    public RuleFamilies Families { get; } = new(family, options.Families.Count > 1);

    public NodeNetwork Node { get; private set; } = options.NodeNetworkOf(family);

    public OtherNodes Others { get; private set; } = OtherNodes.None;

    public void Take(NetworkObjects objects)
    {
        var own = options.NodeNetworkOf(family).ServiceRanges;
        ImmutableArray<IPNetwork> ranges =
        [
            .. own,
            .. objects.ServiceRanges.SelectMany(one => one.Spec.Cidrs)
                .Select(text => IPNetwork.TryParse(text, out var range) ? range : (IPNetwork?)null)
                .OfType<IPNetwork>()
                .Where(range => NftFamily.For(range) == family && !own.Contains(range)),
        ];
        if (!ranges.SequenceEqual(Node.ServiceRanges))
        {
            Node = Node with { ServiceRanges = ranges };
        }

        // Machines may be behind one address; and one whose address is of the pods' range should not be, but what the kernel does not take,
        // because it is there already, would keep it from taking all else.
        ImmutableArray<IPNetwork> others =
        [
            .. objects.OtherNodes.Where(one => NftFamily.For(one) == family && (one.PrefixLength < family.Length || !Node.PodRange.Contains(one.BaseAddress))).Distinct(),
        ];
        var address = objects.NodeAddress is { } known && family.Has(known) ? known : null;
        if (!others.SequenceEqual(Others.Ranges) || !Equals(address, Others.Near))
        {
            Others = new OtherNodes(others) { Near = address };
        }
    }
}
