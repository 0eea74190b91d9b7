using Coppice.Controllers.Tests.World;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.Controllers.Tests.RoleAggregation;

/// <summary>What ClusterRoles that are made of others allow, as these come, change and go.</summary>
public sealed class RoleAggregationTests
{
    [Fact]
    public void A_role_is_what_the_roles_with_its_label_are()
    {
        using var plane = new ControlPlane();
        plane.Create(Whole("reading"));
        plane.Create(Part("z", "reading", "pods"));
        plane.Create(Part("a", "reading", "services"));
        plane.Create(Part("b", "reading", "services"));
        plane.Create(Part("c", "writing", "secrets"));
        Assert.Equal(["services", "pods"], Resources(plane, "reading"));

        plane.Change<ClusterRole>("a", role => role with { Rules = [Rule("nodes")] }, "");
        Assert.Equal(["nodes", "services", "pods"], Resources(plane, "reading"));
        plane.Delete<ClusterRole>("z", "");
        Assert.Equal(["nodes", "services"], Resources(plane, "reading"));
    }

    [Fact]
    public void What_is_written_to_it_is_replaced()
    {
        using var plane = new ControlPlane();
        plane.Create(Part("a", "reading", "services"));
        plane.Create(Whole("reading"));
        plane.Change<ClusterRole>("reading", role => role with { Rules = [Rule("secrets")] }, "");
        Assert.Equal(["services"], Resources(plane, "reading"));
    }

    [Fact]
    public void A_role_that_is_made_of_others_can_be_part_of_another()
    {
        using var plane = new ControlPlane();
        plane.Create(Whole("writing"));
        plane.Create(Whole("reading") with { Metadata = new() { Name = "reading", Labels = ValueMap.Of(("to-writing", "true")) } });
        plane.Create(Part("a", "reading", "services"));
        plane.Create(Part("b", "writing", "secrets"));
        Assert.Equal(["secrets", "services"], Resources(plane, "writing"));
    }

    private static IEnumerable<string> Resources(ControlPlane plane, string role) => plane.Api.Get<ClusterRole>(role, "").Rules.Select(rule => rule.Resources[0]);

    private static ClusterRole Whole(string name) => new()
    {
        Metadata = new() { Name = name },
        AggregationRule = new() { ClusterRoleSelectors = [new() { MatchLabels = ValueMap.Of(($"to-{name}", "true")) }] },
    };

    private static ClusterRole Part(string name, string whole, string resource) => new()
    {
        Metadata = new() { Name = name, Labels = ValueMap.Of(($"to-{whole}", "true")) },
        Rules = [Rule(resource)],
    };

    private static PolicyRule Rule(string resource) => new() { Verbs = ["get"], ApiGroups = [""], Resources = [resource] };
}
