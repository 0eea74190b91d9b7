using System.Net;
using Coppice.Network.Nftables;

namespace Coppice.Network.Tests.Nftables;

/// <summary>A plan that comes from an earlier one is the same as one that is made anew, whatever has changed.</summary>
public sealed class RuleUpdateTests
{
    private static readonly NodeNetwork Node = new([IPNetwork.Parse("10.96.0.0/16")], IPNetwork.Parse("10.244.0.0/16"), ["veth*"]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void It_is_the_same_and_so_are_the_commands_that_lead_to_it(int seed)
    {
        var random = new Random(seed);
        var services = new SortedDictionary<int, ServicePortInfo>();
        var (before, beforeAnew) = (Plan(services, null), Plan(services, null));
        var updates = 0;
        for (var i = 0; i < 300; i++)
        {
            for (var changes = random.Next(3); changes >= 0; changes--)
            {
                var number = random.Next(12);
                services.Remove(number);
                if (random.Next(4) > 0)
                {
                    services[number] = Service(number, random);
                }
            }

            var (after, anew) = (Plan(services, before), Plan(services, null));
            Assert.Equal(Lines(anew), Lines(after));
            Assert.Equal(NftDiff.Between("t", beforeAnew, anew).Batch, NftDiff.Between("t", before, after).Batch);
            Assert.Equal(NftDiff.Between("t", beforeAnew, anew).StaleUdp, NftDiff.Between("t", before, after).StaleUdp);
            Assert.Equal(anew.Warnings, after.Warnings);
            updates += after.Step is null ? 0 : 1;
            (before, beforeAnew) = (after, anew);
        }

        Assert.InRange(updates, 100, 300);
    }

    [Fact]
    public void A_step_counts_only_from_the_table_that_it_was_made_from()
    {
        var services = new SortedDictionary<int, ServicePortInfo> { [1] = Service(1, new Random(1)) };
        var first = Plan(services, null);
        services[2] = Service(2, new Random(2));
        var second = Plan(services, first);
        services.Remove(1);
        var third = Plan(services, second);

        // The second was never applied.
        Assert.Equal(NftDiff.Between("t", NewOf(1), NewOf(2)).Batch, NftDiff.Between("t", first, third).Batch);

        static NftTable NewOf(int number) => Plan(new() { [number] = Service(number, new Random(number)) }, null);
    }

    private static NftTable Plan(SortedDictionary<int, ServicePortInfo> services, NftTable? before) =>
        RulePlanner.Plan(new NetworkState(Node, [.. services.Values], []), before);

    // Now and then one has a name that must not be in a rule, and is left out.
    private static ServicePortInfo Service(int number, Random random) => new("default", random.Next(20) == 0 ? $"s{number:d2};" : $"s{number:d2}", "p", (TransportProtocol)random.Next(2), 80)
    {
        // Now and then two want the same address.
        ClusterAddresses = [IPAddress.Parse($"10.96.0.{(random.Next(20) == 0 ? 1 : number + 1)}")],
        NodePort = random.Next(3) == 0 ? 30000 + number : 0,
        AffinityTimeout = random.Next(4) == 0 ? TimeSpan.FromSeconds(10) : null,
        Endpoints = [.. Enumerable.Range(0, random.Next(4)).Select(i => new EndpointInfo(IPAddress.Parse($"10.244.0.{random.Next(6)}"), 80, Local: true)).DistinctBy(one => one.Address)],
    };

    private static IEnumerable<string> Lines(NftTable table) =>
        table.Chains.Values.OrderBy(chain => chain.Name, StringComparer.Ordinal).Select(chain => $"{chain.Name} {chain.Hook} {string.Join('|', chain.Rules)}")
            .Concat(table.Sets.Values.OrderBy(set => set.Name, StringComparer.Ordinal).Select(set =>
                $"{set.Kind} {set.Name} {set.Declaration} {string.Join('|', set.Elements.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={one.Value}"))}"))
            .Concat(table.UdpRoutes.Keys.Select(route => route.ToString()).Order(StringComparer.Ordinal));
}
