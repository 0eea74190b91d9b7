using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Networking;

namespace Coppice.Controllers.Tests.ServiceRanges;

/// <summary>Addresses of services are shown, and the ranges that they are of stay as long as they do.</summary>
public sealed class ServiceRangeTests : IDisposable
{
    private readonly ControlPlane _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_services_address_is_shown_until_it_goes()
    {
        var service = _world.Create(Make("web"));
        var address = _world.Api.Get<IPAddress>(service.Spec.ClusterIP!, "");
        Assert.Equal(new ParentReference { Resource = "services", Namespace = "default", Name = "web" }, address.Spec.ParentRef);
        Assert.Equal("ipaddress.kubernetes.io/ip-family=IPv4,ipaddress.kubernetes.io/managed-by=ipallocator.k8s.io", address.Metadata.Labels.ToString());

        _world.Delete<IPAddress>(service.Spec.ClusterIP!, "");
        Assert.NotEqual(address.Metadata.Uid, _world.Api.Get<IPAddress>(service.Spec.ClusterIP!, "").Metadata.Uid);

        _world.Delete<Service>("web");
        Assert.Empty(_world.Api.All<IPAddress>());
    }

    [Fact]
    public void Addresses_of_both_families_are_shown_in_their_usual_form()
    {
        var service = Make("web", "10.96.0.7");
        _world.Create(service with { Spec = service.Spec with { ClusterIPs = ["10.96.0.7", "FD00:96:0::0007"], IpFamilyPolicy = "PreferDualStack" } });

        Assert.Equal(
            ["10.96.0.7 IPv4", "fd00:96::7 IPv6"],
            _world.Api.All<IPAddress>().Select(one => $"{one.Metadata.Name} {one.Metadata.Labels.Find("ipaddress.kubernetes.io/ip-family")}"));
    }

    [Fact]
    public void What_others_noted_stays()
    {
        _world.Create(new IPAddress { Metadata = new() { Name = "10.7.0.1" }, Spec = new() { ParentRef = new() { Resource = "gateways", Name = "g" } } });

        Assert.Single(_world.Api.All<IPAddress>());
    }

    [Fact]
    public void A_service_may_have_an_address_of_a_range_that_was_added()
    {
        Assert.Contains("is not in the valid range", Assert.ThrowsAny<Exception>(() => _world.Create(Make("early", "10.200.0.5"))).Message);

        _world.Create(Range("more", "10.200.0.0/28"));
        var condition = _world.Api.Get<ServiceCIDR>("more", "").Status.Conditions.Single();
        Assert.Equal(("Ready", "True", "Kubernetes Service CIDR is ready"), (condition.Type, condition.Status, condition.Message));
        _world.Create(Make("web", "10.200.0.5"));

        Assert.Equal("web", _world.Api.Get<IPAddress>("10.200.0.5", "").Spec.ParentRef!.Name);
    }

    [Fact]
    public void A_range_goes_when_none_of_its_addresses_is_in_use()
    {
        _world.Create(Range("more", "10.200.0.0/28"));
        _world.Create(Make("web", "10.200.0.5"));
        _world.Delete<ServiceCIDR>("more", "");
        _world.Advance(TimeSpan.FromMinutes(1));
        var condition = _world.Api.Get<ServiceCIDR>("more", "").Status.Conditions.Single();
        Assert.Equal(
            ("False", "Terminating", "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR"),
            (condition.Status, condition.Reason, condition.Message));
        Assert.ThrowsAny<Exception>(() => _world.Create(Make("late", "10.200.0.6")));

        _world.Delete<Service>("web");
        Assert.Empty(_world.Api.All<ServiceCIDR>());
    }

    [Fact]
    public void A_range_that_another_covers_goes_after_a_moment()
    {
        _world.Create(Range("more", "10.200.0.0/28"));
        _world.Create(Range("all", "10.200.0.0/24"));
        _world.Create(Make("web", "10.200.0.5"));
        _world.Delete<ServiceCIDR>("more", "");
        Assert.Equal(2, _world.Api.All<ServiceCIDR>().Count);

        _world.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(["all"], _world.Api.All<ServiceCIDR>().Select(one => one.Metadata.Name));
    }

    private static ServiceCIDR Range(string name, string range) => new() { Metadata = new() { Name = name }, Spec = new() { Cidrs = [range] } };

    private static Service Make(string name, string? address = null) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new() { ClusterIP = address, Ports = [new ServicePort { Port = 80 }] },
    };
}
