using Coppice.Controllers.Tests.World;
using Coppice.Objects.Admissionregistration;

namespace Coppice.Controllers.Tests.PolicyStatus;

/// <summary>What a policy's status says of its expressions.</summary>
public sealed class PolicyStatusTests
{
    [Fact]
    public void It_says_what_does_not_fit_the_kinds_that_the_policy_is_about()
    {
        using var plane = new ControlPlane();
        plane.Create(Policy("apps", "deployments", "object.spec.replicas > 1", "object.replicas > 1", "object.spec.replicas == 'one'"));

        var status = plane.Api.Get<ValidatingAdmissionPolicy>("one", "").Status!;
        Assert.Equal(1, status.ObservedGeneration);
        Assert.Equal(
            [
                ("spec.validations[1].expression", "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n"),
                ("spec.validations[2].expression",
                    "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_==_' applied to '(int, string)'\n | object.spec.replicas == 'one'\n | .....................^\n"),
            ],
            status.TypeChecking!.ExpressionWarnings.Select(one => (one.FieldRef, one.Warning)));
    }

    [Fact]
    public void It_is_looked_at_anew_with_each_generation()
    {
        using var plane = new ControlPlane();
        plane.Create(Policy("apps", "deployments", "object.none == 1"));
        plane.Change<ValidatingAdmissionPolicy>("one", policy => policy with { Spec = Policy("apps", "deployments", "has(object.metadata.labels)").Spec }, "");

        var status = plane.Api.Get<ValidatingAdmissionPolicy>("one", "").Status!;
        Assert.Equal(2, status.ObservedGeneration);
        Assert.Empty(status.TypeChecking!.ExpressionWarnings);
    }

    [Fact]
    public void A_rule_for_everything_is_not_looked_into()
    {
        using var plane = new ControlPlane();
        plane.Create(Policy("*", "pods", "object.none == 1"));
        Assert.Empty(plane.Api.Get<ValidatingAdmissionPolicy>("one", "").Status!.TypeChecking!.ExpressionWarnings);
    }

    private static ValidatingAdmissionPolicy Policy(string group, string resource, params string[] expressions) => new()
    {
        Metadata = new() { Name = "one" },
        Spec = new()
        {
            MatchConstraints = new() { ResourceRules = [new() { Operations = ["*"], ApiGroups = [group], ApiVersions = ["v1"], Resources = [resource] }] },
            Validations = [.. expressions.Select(expression => new PolicyValidation { Expression = expression })],
        },
    };
}
