using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.Namespaces;

public sealed class NamespaceTests
{
    private const string Shop = "shop";

    [Fact]
    public void A_namespace_has_a_default_account_and_the_root_certificates()
    {
        using var plane = new ControlPlane();
        Create(plane);
        Assert.Equal("default", Assert.Single(InShop<ServiceAccount>(plane)).Metadata.Name);
        Assert.Equal("PEM", plane.Api.Get<ConfigMap>("kube-root-ca.crt", Shop).Data["ca.crt"]);

        plane.Delete<ServiceAccount>("default", Shop);
        plane.Change<ConfigMap>("kube-root-ca.crt", c => c with { Data = default }, Shop);
        Assert.Single(InShop<ServiceAccount>(plane));
        Assert.Equal("PEM", plane.Api.Get<ConfigMap>("kube-root-ca.crt", Shop).Data["ca.crt"]);
    }

    [Fact]
    public void A_deleted_namespace_goes_with_all_it_holds_when_its_pods_have_ended()
    {
        using var plane = new ControlPlane();
        Create(plane);
        plane.Create(Samples.Service() with { Metadata = new() { Name = "web", Namespace = Shop } });
        plane.Create(Samples.Deployment(2) with { Metadata = new() { Name = "web", Namespace = Shop } });
        plane.RunPods();
        plane.Delete<Namespace>(Shop, ns: "");

        var going = plane.Api.Get<Namespace>(Shop, "");
        var remaining = going.Status.Conditions.Single(c => c.Type == "NamespaceContentRemaining");
        Assert.Equal(("True", "SomeResourcesRemain"), (remaining.Status, remaining.Reason));
        Assert.StartsWith("Some resources are remaining: pods. has 2 resource instances", remaining.Message);
        Assert.NotEmpty(InShop<ConfigMap>(plane));

        plane.RunPods();
        Assert.DoesNotContain(plane.Api.All<Namespace>(), one => one.Metadata.Name == Shop);
        Assert.Empty(InShop<Pod>(plane));
        Assert.Empty(InShop<ConfigMap>(plane));
        Assert.Empty(InShop<Service>(plane));
    }

    [Fact]
    public void Events_are_forgotten_after_an_hour()
    {
        using var plane = new ControlPlane();
        plane.Create(new Event { Metadata = new() { Name = "old", Namespace = "default" }, LastTimestamp = plane.Time.GetUtcNow() });
        plane.Advance(TimeSpan.FromMinutes(30));
        plane.Create(new Event { Metadata = new() { Name = "young", Namespace = "default" }, LastTimestamp = plane.Time.GetUtcNow() });
        plane.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal("young", Assert.Single(plane.Api.All<Event>()).Metadata.Name);
        plane.Advance(TimeSpan.FromMinutes(31));
        Assert.Empty(plane.Api.All<Event>());
    }

    private static void Create(ControlPlane plane) => plane.Create(new Namespace { Metadata = new() { Name = Shop } });

    private static IEnumerable<T> InShop<T>(ControlPlane plane) where T : KubernetesObject => plane.Api.Door.All<T>().Where(one => one.Metadata.Namespace == Shop);
}
