using System.Net;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.NodeRanges;

public sealed class NodeRangeTests : IDisposable
{
    private readonly ControlPlane _world = new(ranges: new ClusterRanges(IPNetwork.Parse("10.96.0.0/16"), IPNetwork.Parse("10.244.0.0/23")));

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Nodes_get_ranges_and_one_that_goes_leaves_its_own_to_who_waits()
    {
        Add("a");
        Add("b");
        Add("c");
        Assert.Equal("10.244.0.0/24 10.244.1.0/24 none", $"{RangeOf("a")} {RangeOf("b")} {RangeOf("c")}");
        Assert.Equal(1, _world.Events.Count(one => one == "CIDRNotAvailable Node c status is now: CIDRNotAvailable"));

        _world.Delete<Node>("a", "");
        Assert.Equal("10.244.0.0/24", RangeOf("c"));
        Assert.Equal(["10.244.0.0/24"], _world.Api.Get<Node>("c", "").Spec.PodCIDRs);
    }

    private void Add(string name) => _world.Create(new Node { Metadata = new() { Name = name } });

    private string RangeOf(string name) => _world.Api.Get<Node>(name, "").Spec.PodCIDR ?? "none";
}
