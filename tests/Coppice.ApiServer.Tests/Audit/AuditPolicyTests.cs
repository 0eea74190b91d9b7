using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Requests;
using Coppice.Client;

namespace Coppice.ApiServer.Tests.Audit;

/// <summary>Which rule of a policy decides on a request, and which policies are none.</summary>
public sealed class AuditPolicyTests
{
    [Theory]
    [InlineData("{}", "GET /api/v1/pods", true)]
    [InlineData("{users: [jane]}", "GET /api/v1/pods", true)]
    [InlineData("{users: [joe]}", "GET /api/v1/pods", false)]
    [InlineData("{userGroups: [people]}", "GET /api/v1/pods", true)]
    [InlineData("{userGroups: [others]}", "GET /api/v1/pods", false)]
    [InlineData("{verbs: [list, watch]}", "GET /api/v1/pods", true)]
    [InlineData("{verbs: [get]}", "GET /api/v1/pods", false)]
    [InlineData("{verbs: [get]}", "GET /healthz", true)]
    [InlineData("{namespaces: [shop]}", "GET /api/v1/namespaces/shop/pods", true)]
    [InlineData("{namespaces: [shop]}", "GET /api/v1/namespaces/other/pods", false)]
    [InlineData("{namespaces: ['']}", "GET /api/v1/nodes", true)]
    [InlineData("{resources: [{group: ''}]}", "GET /api/v1/nodes", true)]
    [InlineData("{resources: [{group: apps}]}", "GET /api/v1/nodes", false)]
    [InlineData("{resources: [{group: ''}]}", "GET /healthz", false)]
    [InlineData("{resources: [{resources: [pods]}]}", "GET /api/v1/pods", true)]
    [InlineData("{resources: [{resources: [pods]}]}", "GET /api/v1/namespaces/a/pods/b/log", false)]
    [InlineData("{resources: [{resources: [pods/log]}]}", "GET /api/v1/namespaces/a/pods/b/log", true)]
    [InlineData("{resources: [{resources: ['pods/*']}]}", "GET /api/v1/namespaces/a/pods/b/log", true)]
    [InlineData("{resources: [{resources: ['pods/*']}]}", "GET /api/v1/pods", true)]
    [InlineData("{resources: [{resources: ['*/log']}]}", "GET /api/v1/namespaces/a/pods/b/log", true)]
    [InlineData("{resources: [{resources: ['*/log']}]}", "GET /api/v1/pods", false)]
    [InlineData("{resources: [{resources: ['*']}]}", "GET /api/v1/namespaces/a/pods/b/log", true)]
    [InlineData("{resources: [{resources: [pods], resourceNames: [b]}]}", "GET /api/v1/namespaces/a/pods/b", true)]
    [InlineData("{resources: [{resources: [pods], resourceNames: [c]}]}", "GET /api/v1/namespaces/a/pods/b", false)]
    [InlineData("{nonResourceURLs: ['/healthz*']}", "GET /healthz/ping", true)]
    [InlineData("{nonResourceURLs: ['*']}", "GET /api/v1/pods", false)]
    [InlineData("{nonResourceURLs: [/version]}", "GET /healthz", false)]
    public void A_rule_fits_what_all_its_parts_fit(string rule, string request, bool fits)
    {
        var text = rule == "{}" ? "{level: Metadata}" : "{level: Metadata, " + rule[1..];
        var (method, path) = (request.Split(' ')[0], request.Split(' ')[1]);
        var scope = Policy($"[{text}]").ScopeOf(Users.Of("jane", "people"), ApiRequest.Parse(method, path, watch: false));
        Assert.Equal(fits, scope is not null);
    }

    [Fact]
    public void The_first_rule_that_fits_decides_and_adds_to_what_the_policy_leaves_out()
    {
        var policy = Policy("""
            [{level: None, users: [robot]}, {level: Request, verbs: [create], omitStages: [ResponseComplete], omitManagedFields: false}, {level: Metadata}]
            omitStages: [RequestReceived]
            omitManagedFields: true
            """);
        var create = ApiRequest.Parse("POST", "/api/v1/namespaces/a/pods", watch: false);
        Assert.Null(policy.ScopeOf(Users.Of("robot"), create));
        var scope = policy.ScopeOf(Users.Of("jane"), create)!;
        Assert.Equal((AuditLevel.Request, false), (scope.Level, scope.OmitManagedFields));
        Assert.Equal([AuditStage.RequestReceived, AuditStage.ResponseComplete], scope.OmitStages);
        Assert.Equal((AuditLevel.Metadata, true), policy.ScopeOf(null, ApiRequest.Parse("GET", "/version", watch: false)) is { } other ? (other.Level, other.OmitManagedFields) : default);
    }

    [Fact]
    public void A_policy_may_be_labelled() =>
        AuditPolicy.Parse("apiVersion: audit.k8s.io/v1\nkind: Policy\nmetadata: {name: a, labels: {b: c}}\nrules: [{level: None}]", "policy.yaml");

    [Theory]
    [InlineData("kind: Pod", "is no Policy of audit.k8s.io/v1")]
    [InlineData("rules: []", "loaded illegal policy with 0 rules")]
    [InlineData("rules: [{}]", "rules[0].level: Required value")]
    [InlineData("rules: [{level: Everything}]", "$.rules[0].level")]
    [InlineData("rules: [{level: None, color: red}]", "color")]
    [InlineData("rules: [{level: None}, {level: None, nonResourceURLs: [version]}]", "rules[1].nonResourceURLs[0]: Invalid value: \"version\": non-resource URL rules must begin with a '/' character")]
    [InlineData("rules: [{level: None, nonResourceURLs: ['/a*b']}]", "non-resource URL wildcards '*' must be the final character of the rule")]
    [InlineData("rules: [{level: None, nonResourceURLs: [/a], namespaces: [a]}]", "rules cannot apply to both regular resources and non-resource URLs")]
    [InlineData("rules: [{level: None, resources: [{resourceNames: [a]}]}]", "rules[0].resources[0].resourceNames: Invalid value: [\"a\"]: using resourceNames requires at least one resource")]
    [InlineData("rules: [{level: None}]\nomitStages: [Middle]", "$.omitStages[0]")]
    [InlineData("rules: [{level: None}, ~]", "$.rules[1] is empty")]
    [InlineData("rules: [{level: None, resources: [~]}]", "$.rules[0].resources[0] is empty")]
    [InlineData("rules: {", "error converting YAML to JSON")]
    public void A_policy_that_is_none_is_refused_with_its_place(string text, string why)
    {
        var whole = text.StartsWith("kind", StringComparison.Ordinal) ? text : $"apiVersion: audit.k8s.io/v1\nkind: Policy\n{text}";
        var refused = Assert.Throws<FormatException>(() => AuditPolicy.Parse(whole, "policy.yaml"));
        Assert.StartsWith("policy.yaml: ", refused.Message);
        Assert.Contains(why, refused.Message);
    }

    private static AuditPolicy Policy(string rules) => AuditPolicy.Parse($"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: {rules}", "policy.yaml");
}
