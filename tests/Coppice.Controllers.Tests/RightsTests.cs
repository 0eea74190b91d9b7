using Coppice.Controllers.Tests.World;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Rbac;

namespace Coppice.Controllers.Tests;

/// <summary>Each controller is a service account of its own, and may do what its usual role says. All other tests here run so, too.</summary>
public sealed class RightsTests
{
    [Fact]
    public void A_controller_without_its_role_can_do_nothing_and_no_other_does_it_for_it()
    {
        using var plane = new ControlPlane();
        var denied = new List<string>();
        plane.Api.Door.Denied = denied.Add;
        plane.Delete<ClusterRoleBinding>("system:controller:replicaset-controller", "");
        plane.Create(Samples.Deployment(2));
        Assert.Equal(2, Assert.Single(plane.Api.All<ReplicaSet>()).Spec.Replicas);
        Assert.Empty(plane.Api.All<Pod>());
        Assert.Contains(
            "pods is forbidden: User \"system:serviceaccount:kube-system:replicaset-controller\" cannot create resource \"pods\" in API group \"\" in the namespace \"default\"",
            denied);
    }

    [Fact]
    public void What_controllers_write_is_the_controller_managers()
    {
        using var plane = new ControlPlane();
        plane.Create(Samples.ReplicaSet(1));
        Assert.Equal("kube-controller-manager", Assert.Single(Assert.Single(plane.Api.All<Pod>()).Metadata.ManagedFields).Manager);
    }
}
