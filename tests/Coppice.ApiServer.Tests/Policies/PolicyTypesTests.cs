using Coppice.ApiServer.Admission.Policies;
using Coppice.ApiServer.Registry;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Tests.Policies;

/// <summary>The types that the expressions of a policy are held against.</summary>
public sealed class PolicyTypesTests
{
    private static readonly ServedKinds Kinds = new(BuiltInServedKinds.All);

    [Theory]
    [InlineData("object.metadata.labels['a'] == 'b' && object.metadata.creationTimestamp < timestamp('2030-01-01T00:00:00Z')")]
    [InlineData("object.spec.containers.all(c, c.image.startsWith('a') && c.ports.exists(p, p.containerPort > 1))")]
    [InlineData("quantity(object.spec.containers[0].resources.limits['cpu']).isLessThan(quantity('1'))")]
    [InlineData("object.metadata.__namespace__ == 'a' && (oldObject == null || oldObject.spec.nodeName == '')")]
    [InlineData("object.spec.containers[0].livenessProbe.httpGet.port == 80 || object.spec.containers[0].livenessProbe.httpGet.port == 'http'")]
    [InlineData("variables.count > 1 && params.data['x'] == 'y' && authorizer.requestResource.check('get').allowed()")]
    [InlineData("request.userInfo.username == 'a' && namespaceObject.metadata.name == 'b'")]
    public void What_fits_is_not_told_of(string expression) => Assert.Empty(Check(expression, "pods"));

    [Theory]
    [InlineData("object.metadata.labels.a == 1", "found no matching overload for '_==_' applied to '(string, int)'")]
    [InlineData("object.spec.containers[0].none", "undefined field 'none'")]
    [InlineData("variables.count == 'a'", "found no matching overload for '_==_' applied to '(int, string)'")]
    [InlineData("params.spec == 1", "undefined field 'spec'")]
    public void What_does_not_fit_is(string expression, string why) => Assert.Contains(why, Assert.Single(Check(expression, "pods")).Warning, StringComparison.Ordinal);

    [Fact]
    public void Each_kind_that_it_does_not_fit_is_named_in_order()
    {
        var warning = Assert.Single(Check("object.data.a == 'b'", "secrets", "pods", "configmaps", "pods/status", "none")).Warning;
        Assert.Equal(
            "/v1, Kind=Pod: ERROR: <input>:1:7: undefined field 'data'\n | object.data.a == 'b'\n | ......^\n\n"
                + "/v1, Kind=Secret: ERROR: <input>:1:15: found no matching overload for '_==_' applied to '(bytes, string)'\n | object.data.a == 'b'\n | ..............^\n",
            warning);
    }

    private static ValueList<ExpressionWarning> Check(string expression, params string[] resources) => PolicyTypes.Check(
        new()
        {
            ParamKind = new() { ApiVersion = "v1", Kind = "ConfigMap" },
            Variables = [new() { Name = "count", Expression = "size(object.metadata.labels)" }],
            MatchConstraints = new() { ResourceRules = [new() { Operations = ["*"], ApiGroups = [""], ApiVersions = ["v1"], Resources = [.. resources] }] },
            Validations = [new() { Expression = expression }],
        },
        Kinds);
}
