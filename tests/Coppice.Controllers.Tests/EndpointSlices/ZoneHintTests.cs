using Coppice.Controllers.EndpointSlices;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Controllers.Tests.EndpointSlices;

/// <summary>Zones share the endpoints of a service as they have processors (topology-mode Auto).</summary>
public sealed class ZoneHintTests
{
    // Zones as NAME:CORES, endpoints by their zones ("-" for none, "!" before one that is not ready), and how many each zone is given.
    [Theory]
    [InlineData("a:1 b:1", "a a b b", "a2 b2")]
    [InlineData("a:1 b:1", "a a a a", "a2 b2")]
    [InlineData("a:1 b:1", "a a a", "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 2 zones)")]
    [InlineData("a:3 b:1", "a a a a b b b b", "a6 b2")]
    [InlineData("a:2 b:2 c:2", "a a a a b b b b c", "a3 b3 c3")]
    [InlineData("a:1 b:1", "a b !b", "a1 b1")]
    [InlineData("a:1 b:1", "a", "Insufficient number of endpoints (1 endpoints, 2 zones)")]
    [InlineData("a:1 b:1", "a !b", "Insufficient number of endpoints (1 endpoints, 2 zones)")]
    [InlineData("a:1 b:1", "a -", "One or more endpoints do not have a zone specified")]
    [InlineData("a:1", "a a", "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes")]
    [InlineData("a:1 b:0", "a b", "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes")]
    [InlineData("a:1 -:1 b:1", "a b", "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes")]
    [InlineData("a:9 b:1 c:1", "a b c", "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 3 zones)")]
    public void Zones_get_what_they_need_their_own_first(string zones, string endpoints, string given)
    {
        var hinted = ZoneHints.Give([Group(endpoints)], [], Shares(zones));
        Assert.Equal(given, hinted.Problem ?? Counts(hinted));
        if (hinted.Problem is not null)
        {
            Assert.All(hinted.Groups[0].Endpoints, one => Assert.Null(one.Hints));
            return;
        }

        Assert.All(hinted.Groups[0].Endpoints, one => Assert.Equal(one.Conditions.Ready, one.Hints is not null));
    }

    [Fact]
    public void Hints_stay_as_long_as_they_are_good()
    {
        var first = ZoneHints.Give([Group("a a a a")], [], Shares("a:1 b:1"));
        var slice = new EndpointSlice { AddressType = "IPv4", Endpoints = first.Groups[0].Endpoints.ToValueList() };
        var next = ZoneHints.Give([Group("a a a a !b")], [slice], Shares("a:1 b:1"));
        Assert.Equal(slice.Endpoints, next.Groups[0].Endpoints.Take(4));

        // Two come of the zone that had none: one of the others goes home.
        var more = ZoneHints.Give([Group("a a a a b b")], [slice], Shares("a:1 b:1"));
        Assert.Equal("a3 b3", Counts(more));
        Assert.Equal(3, more.Groups[0].Endpoints.Take(4).Zip(slice.Endpoints).Count(pair => pair.First.Hints == pair.Second.Hints));

        // Zone b goes: nothing is left to share.
        Assert.NotNull(ZoneHints.Give([Group("a a a a")], [slice], Shares("a:1")).Problem);
    }

    [Fact]
    public void A_service_is_told_and_follows_the_nodes()
    {
        using var plane = new ControlPlane();
        foreach (var zone in (string[])["a", "b"])
        {
            plane.Create(Node($"n-{zone}", zone, "1"));
        }

        plane.Events.Clear();
        var service = Samples.Service();
        plane.Create(service with { Metadata = service.Metadata with { Annotations = ValueMap.Of(("service.kubernetes.io/topology-mode", "Auto")) } });
        Assert.Equal(["TopologyAwareHintsDisabled Insufficient number of endpoints (0 endpoints, 2 zones), addressType: IPv4"], plane.Events.Distinct());

        plane.Events.Clear();
        for (var i = 0; i < 4; i++)
        {
            var pod = Samples.Pod($"p{i}", ip: $"10.244.0.{i + 1}");
            plane.Create(pod with { Spec = pod.Spec with { NodeName = i < 2 ? "n-a" : "n-b" } });
        }

        Assert.Equal("a2 b2", Counts(plane));
        Assert.Contains("TopologyAwareHintsEnabled Topology Aware Hints has been enabled, addressType: IPv4", plane.Events);

        plane.Api.SetStatus<Node>("n-a", node => node with { Status = node.Status with { Allocatable = ValueMap.Of(("cpu", Quantity.Parse("3"))) } });
        plane.Settle();
        Assert.Equal("a3 b1", Counts(plane));
    }

    private static string Counts(ControlPlane plane) => Text(plane.Api.All<EndpointSlice>().SelectMany(slice => slice.Endpoints));

    private static string Counts(HintedGroups hinted) => Text(hinted.Groups.SelectMany(group => group.Endpoints));

    private static string Text(IEnumerable<Endpoint> endpoints) => string.Join(' ', endpoints
        .SelectMany(one => one.Hints?.ForZones ?? default).GroupBy(zone => zone.Name, StringComparer.Ordinal).OrderBy(zone => zone.Key, StringComparer.Ordinal)
        .Select(zone => $"{zone.Key}{zone.Count()}"));

    private static ZoneShares Shares(string zones) => ZoneShares.Among(zones.Split(' ').Select((text, i) => Node($"n{i}", text.Split(':')[0], text.Split(':')[1])));

    private static Node Node(string name, string zone, string cores) => new()
    {
        Metadata = new() { Name = name, Labels = zone == "-" ? default : ValueMap.Of(("topology.kubernetes.io/zone", zone)) },
        Status = new()
        {
            Allocatable = ValueMap.Of(("cpu", Quantity.Parse(cores))),
            Conditions = [new NodeCondition { Type = "Ready", Status = "True" }],
        },
    };

    private static EndpointGroup Group(string endpoints) => new("IPv4", default, [.. endpoints.Split(' ').Select((text, i) => new Endpoint
    {
        Addresses = [$"10.0.0.{i + 1}"],
        Zone = text.TrimStart('!') is "-" ? null : text.TrimStart('!'),
        Conditions = new() { Ready = text[0] != '!' },
    })]);
}
