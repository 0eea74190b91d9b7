using Coppice.Controllers.EndpointSlices;
using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using CoreEndpointPort = Coppice.Objects.Core.EndpointPort;

namespace Coppice.Controllers.Tests.EndpointSlices;

public sealed class EndpointTests
{
    [Fact]
    public void A_ready_pod_is_an_endpoint_of_its_service_in_both_forms()
    {
        using var plane = WithNode();
        plane.Create(Samples.Service());
        plane.Create(Samples.Pod("a", ip: "10.244.0.7"));

        var slice = Assert.Single(plane.Api.All<EndpointSlice>());
        var endpoint = Assert.Single(slice.Endpoints);
        Assert.Equal(["10.244.0.7"], endpoint.Addresses);
        Assert.Equal((true, true, false), (endpoint.Conditions.Ready, endpoint.Conditions.Serving, endpoint.Conditions.Terminating));
        Assert.Equal(("n1", "a"), (endpoint.NodeName, endpoint.TargetRef!.Name));
        Assert.Equal(("http", 8080, "TCP"), (slice.Ports[0].Name, slice.Ports[0].Port, slice.Ports[0].Protocol));
        Assert.Equal("web", slice.Metadata.Labels["kubernetes.io/service-name"]);
        Assert.Equal("endpointslice-controller.k8s.io", slice.Metadata.Labels["endpointslice.kubernetes.io/managed-by"]);

        var subset = Assert.Single(plane.Api.Get<Endpoints>("web").Subsets);
        Assert.Equal(("10.244.0.7", 8080), (subset.Addresses[0].Ip, subset.Ports[0].Port));
    }

    [Fact]
    public void A_pod_that_is_not_ready_leaves_and_comes_back()
    {
        using var plane = WithNode();
        plane.Create(Samples.Service());
        plane.Create(Samples.Pod("a"));
        plane.Api.SetPod("a", p => Samples.Running(p, isReady: false, plane.Time.GetUtcNow()));
        plane.Settle();
        Assert.False(plane.Api.All<EndpointSlice>()[0].Endpoints[0].Conditions.Ready);
        Assert.Empty(plane.Api.Get<Endpoints>("web").Subsets[0].Addresses);
        Assert.Single(plane.Api.Get<Endpoints>("web").Subsets[0].NotReadyAddresses);

        plane.Api.SetPod("a", p => Samples.Running(p, isReady: true, plane.Time.GetUtcNow()));
        plane.Settle();
        Assert.True(plane.Api.All<EndpointSlice>()[0].Endpoints[0].Conditions.Ready);
        Assert.Single(plane.Api.Get<Endpoints>("web").Subsets[0].Addresses);
    }

    [Fact]
    public void A_pod_that_is_shutting_down_serves_but_is_not_ready()
    {
        using var plane = WithNode();
        plane.Create(Samples.Service());
        plane.Create(Samples.Pod("a"));
        plane.Delete<Pod>("a");
        var conditions = plane.Api.All<EndpointSlice>()[0].Endpoints[0].Conditions;
        Assert.Equal((false, true, true), (conditions.Ready, conditions.Serving, conditions.Terminating));
        Assert.Empty(plane.Api.Get<Endpoints>("web").Subsets);

        plane.RunPods();
        Assert.Empty(Assert.Single(plane.Api.All<EndpointSlice>()).Endpoints);
    }

    [Theory]
    [InlineData(null, null, "")]
    [InlineData("PreferClose", null, "zone=z1")]
    [InlineData("PreferSameZone", null, "zone=z1")]
    [InlineData("PreferSameNode", null, "zone=z1 node=n1")]
    [InlineData("PreferSameNode", "Auto", "")]
    public void Endpoints_say_from_where_they_should_be_used(string? distribution, string? mode, string hints)
    {
        using var plane = new ControlPlane();
        plane.Create(new Node { Metadata = new() { Name = "n1", Labels = ValueMap.Of(("topology.kubernetes.io/zone", "z1")) } });
        var service = Samples.Service();
        plane.Create(service with
        {
            Metadata = service.Metadata with { Annotations = mode is null ? default : ValueMap.Of(("service.kubernetes.io/topology-mode", mode)) },
            Spec = service.Spec with { TrafficDistribution = distribution },
        });
        plane.Create(Samples.Pod("a"));

        var found = Assert.Single(Assert.Single(plane.Api.All<EndpointSlice>()).Endpoints).Hints;
        Assert.Equal(
            hints,
            string.Join(' ', (found?.ForZones ?? default).Select(zone => $"zone={zone.Name}").Concat((found?.ForNodes ?? default).Select(node => $"node={node.Name}"))));
    }

    [Fact]
    public void Addresses_are_published_before_they_are_ready_if_the_service_asks_for_it()
    {
        using var plane = WithNode();
        var service = Samples.Service();
        plane.Create(service with { Spec = service.Spec with { PublishNotReadyAddresses = true } });
        plane.Create(Samples.Pod("a", isReady: false));
        Assert.True(plane.Api.All<EndpointSlice>()[0].Endpoints[0].Conditions.Ready);
        Assert.Single(plane.Api.Get<Endpoints>("web").Subsets[0].Addresses);
    }

    [Fact]
    public void Slices_hold_a_hundred_endpoints_each()
    {
        var pods = Enumerable.Range(0, 250).Select(i => Samples.Pod($"p{i}", ip: $"10.244.{i / 250}.{i % 250 + 1}")).ToList();
        var plan = SlicePlanner.Plan(Samples.Service(), pods, _ => Here, []);
        Assert.Equal([100, 100, 50], plan.Create.Select(s => s.Endpoints.Count));

        // One pod leaves and another comes: one slice is written.
        var slices = plan.Create.Select((s, i) => s with { Metadata = s.Metadata with { Name = $"s{i}" } }).ToList();
        var next = SlicePlanner.Plan(Samples.Service(), [.. pods.Skip(1), Samples.Pod("new", ip: "10.244.9.9")], _ => Here, slices);
        Assert.Equal((0, 1, 0), (next.Create.Count, next.Update.Count, next.Delete.Count));
        Assert.True(SlicePlanner.Plan(Samples.Service(), pods, _ => Here, slices).IsEmpty);
    }

    [Fact]
    public void Slices_follow_each_pod_at_once_and_the_endpoints_of_a_large_service_once_a_second()
    {
        using var plane = WithNode();
        plane.Create(Samples.Service());
        for (var i = 0; i < 101; i++)
        {
            plane.Api.Create(Samples.Pod($"p{i}", ip: $"10.244.0.{i + 1}"));
        }

        plane.Settle();
        plane.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((101, 101), Ready());

        SetUnready("p0");
        Assert.Equal((100, 100), Ready());
        SetUnready("p1");
        SetUnready("p2");
        Assert.Equal((98, 100), Ready());
        plane.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((98, 98), Ready());

        void SetUnready(string pod)
        {
            plane.Api.SetPod(pod, p => Samples.Running(p, isReady: false, plane.Time.GetUtcNow()));
            plane.Settle();
        }

        (int, int) Ready() => (
            plane.Api.All<EndpointSlice>().SelectMany(slice => slice.Endpoints).Count(one => one.Conditions.Ready == true),
            Assert.Single(plane.Api.Get<Endpoints>("web").Subsets).Addresses.Count);
    }

    [Fact]
    public void A_headless_service_names_its_pods_and_says_that_it_is_headless()
    {
        using var plane = WithNode();
        var service = Samples.Service();
        plane.Create(service with { Spec = service.Spec with { ClusterIP = "None" } });
        var pod = Samples.Pod("a");
        plane.Create(pod with { Spec = pod.Spec with { Hostname = "first", Subdomain = "web" } });
        Assert.Equal("first", plane.Api.All<EndpointSlice>()[0].Endpoints[0].Hostname);
        Assert.Equal("", plane.Api.All<EndpointSlice>()[0].Metadata.Labels["service.kubernetes.io/headless"]);
        Assert.Equal("first", plane.Api.Get<Endpoints>("web").Subsets[0].Addresses[0].Hostname);
    }

    [Fact]
    public void Endpoints_written_by_hand_are_mirrored_into_slices()
    {
        using var plane = WithNode();
        var service = Samples.Service();
        plane.Create(service with { Spec = service.Spec with { Selector = default } });
        plane.Create(new Endpoints
        {
            Metadata = new() { Name = "web", Namespace = "default" },
            Subsets = [new() { Addresses = [new() { Ip = "192.0.2.7" }], Ports = [new CoreEndpointPort { Port = 5432 }] }],
        });
        var slice = Assert.Single(plane.Api.All<EndpointSlice>());
        Assert.Equal("endpointslicemirroring-controller.k8s.io", slice.Metadata.Labels["endpointslice.kubernetes.io/managed-by"]);
        Assert.Equal(("192.0.2.7", 5432), (slice.Endpoints[0].Addresses[0], slice.Ports[0].Port));

        plane.Delete<Endpoints>("web");
        Assert.Empty(plane.Api.All<EndpointSlice>());
    }

    [Fact]
    public void Endpoints_go_with_their_service()
    {
        using var plane = WithNode();
        plane.Create(Samples.Service());
        plane.Create(Samples.Pod("a"));
        plane.Delete<Service>("web");
        Assert.Empty(plane.Api.All<Endpoints>());
    }

    [Fact]
    public void A_slice_that_somebody_deletes_comes_back()
    {
        using var plane = WithNode();
        plane.Create(Samples.Service());
        plane.Create(Samples.Pod("a"));
        plane.Delete<EndpointSlice>(plane.Api.All<EndpointSlice>()[0].Metadata.Name!);
        Assert.Single(Assert.Single(plane.Api.All<EndpointSlice>()).Endpoints);
    }

    [Fact]
    public void A_pod_whose_node_is_gone_is_no_endpoint_until_the_node_is_back()
    {
        using var plane = WithNode();
        plane.Create(Samples.Service());
        plane.Create(Samples.Pod("a"));
        Assert.Single(Assert.Single(plane.Api.All<EndpointSlice>()).Endpoints);
        plane.Delete<Node>("n1", "");
        Assert.Empty(Assert.Single(plane.Api.All<EndpointSlice>()).Endpoints);
        Assert.Single(plane.Api.All<Pod>());
        plane.Create(Here);
        Assert.Single(Assert.Single(plane.Api.All<EndpointSlice>()).Endpoints);
    }

    private static Node Here => new() { Metadata = new() { Name = "n1" }, Status = new() { Conditions = [new() { Type = "Ready", Status = "True" }] } };

    /// <summary>With the node that pods are on.</summary>
    private static ControlPlane WithNode()
    {
        var plane = new ControlPlane();
        plane.Create(Here);
        return plane;
    }
}
