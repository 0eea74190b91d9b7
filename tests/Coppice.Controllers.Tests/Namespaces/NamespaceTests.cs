using Coppice.Controllers.Tests.World;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Tests.Namespaces;

public sealed class NamespaceTests
{
    [Fact]
    public void A_namespace_has_a_default_account_and_the_root_certificates()
    {
        using var plane = new ControlPlane();
        Create(plane);
        Assert.Equal("default", Assert.Single(plane.Api.All<ServiceAccount>()).Metadata.Name);
        Assert.Equal("PEM", plane.Api.Get<ConfigMap>("kube-root-ca.crt").Data["ca.crt"]);

        plane.Delete<ServiceAccount>("default");
        plane.Change<ConfigMap>("kube-root-ca.crt", c => c with { Data = default });
        Assert.Single(plane.Api.All<ServiceAccount>());
        Assert.Equal("PEM", plane.Api.Get<ConfigMap>("kube-root-ca.crt").Data["ca.crt"]);
    }

    [Fact]
    public void A_deleted_namespace_goes_with_all_it_holds_when_its_pods_have_ended()
    {
        using var plane = new ControlPlane();
        Create(plane);
        plane.Create(Samples.Service());
        plane.Create(Samples.Deployment(2));
        plane.RunPods();
        plane.Delete<Namespace>("default", ns: "");

        var going = plane.Api.Get<Namespace>("default", "");
        var remaining = going.Status.Conditions.Single(c => c.Type == "NamespaceContentRemaining");
        Assert.Equal(("True", "SomeResourcesRemain"), (remaining.Status, remaining.Reason));
        Assert.StartsWith("Some resources are remaining: pods. has 2 resource instances", remaining.Message);
        Assert.NotEmpty(plane.Api.All<ConfigMap>());

        plane.Api.Refuse = o => o.Metadata.Namespace == "default" ? "because it is being terminated" : null;
        plane.RunPods();
        Assert.Empty(plane.Api.All<Namespace>());
        Assert.Empty(plane.Api.All<Pod>());
        Assert.Empty(plane.Api.All<ConfigMap>());
        Assert.Empty(plane.Api.All<Service>());
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

    private static void Create(ControlPlane plane) => plane.Create(new Namespace
    {
        Metadata = new() { Name = "default" },
        Spec = new() { Finalizers = ["kubernetes"] },
        Status = new() { Phase = NamespacePhase.Active },
    });
}
