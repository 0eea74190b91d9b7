using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Fairness;
using Coppice.ApiServer.Flowcontrol;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Tests.Fairness;

/// <summary>Which schema a request is of.</summary>
public sealed class FlowRuleTests
{
    private const string Manager = "system:kube-controller-manager";
    private const string Account = "system:serviceaccount:kube-system:dns";

    private readonly FlowControl _flows = new(new FlowOptions(), TimeProvider.System, new Random(1));

    [Theory]
    [InlineData("GET", "/healthz", "exempt", "somebody", Users.Masters)]
    [InlineData("GET", "/healthz", "probes", "system:anonymous", Users.Unauthenticated)]
    [InlineData("GET", "/healthz/etcd", "global-default", "system:anonymous", Users.Unauthenticated)]
    [InlineData("PUT", "/api/v1/nodes/n1/status", "system-node-high", "system:node:n1", Users.Nodes)]
    [InlineData("PUT", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1", "system-node-high", "system:node:n1", Users.Nodes)]
    [InlineData("GET", "/api/v1/pods", "system-nodes", "system:node:n1", Users.Nodes)]
    [InlineData("PUT", "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/l", "system-leader-election", Manager, Users.Authenticated)]
    [InlineData("GET", "/api/v1/namespaces/a/endpoints/e", "endpoint-controller", Manager, Users.Authenticated)]
    [InlineData("GET", "/api/v1/endpoints", "kube-controller-manager", Manager, Users.Authenticated)]
    [InlineData("GET", "/api/v1/pods", "kube-scheduler", "system:kube-scheduler", Users.Authenticated)]
    [InlineData("GET", "/api/v1/pods", "kube-system-service-accounts", Account, "system:serviceaccounts")]
    [InlineData("GET", "/api/v1/pods", "service-accounts", "system:serviceaccount:kube-system2:dns", "system:serviceaccounts")]
    [InlineData("GET", "/api/v1/pods", "global-default", "jane", Users.Authenticated)]
    [InlineData("GET", "/api/v1/pods", "catch-all", "nobody", "of-no-group")]
    public void A_request_is_of_the_first_schema_that_it_fits(string method, string path, string schema, string user, string group) =>
        Assert.Equal(schema, RuleOf(method, path, user, group).Schema.Metadata.Name);

    [Theory]
    [InlineData("GET", "/api/v1/namespaces/a/pods", true)]
    [InlineData("GET", "/api/v1/namespaces/a/pods/p/log", true)]
    [InlineData("GET", "/api/v1/namespaces/a/pods/p/status", false)]
    [InlineData("GET", "/api/v1/namespaces/b/pods", false)]
    [InlineData("GET", "/api/v1/pods", false)]
    [InlineData("DELETE", "/api/v1/namespaces/a/pods/p", false)]
    [InlineData("GET", "/apis/apps/v1/namespaces/a/pods", false)]
    [InlineData("GET", "/metrics/cadvisor", true)]
    [InlineData("GET", "/metrics", false)]
    public void Rules_name_verbs_resources_namespaces_and_paths(string method, string path, bool fits)
    {
        _flows.Apply(
            [Schema("mine", "global-default", 10, new PolicyRulesWithSubjects
            {
                Subjects = [new() { Kind = SubjectKind.User, User = new() { Name = "jane" } }],
                ResourceRules = [new() { Verbs = ["get", "list"], ApiGroups = [""], Resources = ["pods", "pods/log"], Namespaces = ["a"] }],
                NonResourceRules = [new() { Verbs = ["*"], NonResourceURLs = ["/metrics/*"] }],
            })],
            FlowDefaults.SuggestedLevels);
        Assert.Equal(fits ? "mine" : "catch-all", RuleOf(method, path, "jane", Users.Authenticated).Schema.Metadata.Name);
    }

    [Fact]
    public void Of_equal_precedence_the_lower_name_counts_and_without_its_level_no_schema_does()
    {
        var everybody = new PolicyRulesWithSubjects
        {
            Subjects = [new() { Kind = SubjectKind.Group, Group = new() { Name = "*" } }],
            ResourceRules = [new() { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"], ClusterScope = true, Namespaces = ["*"] }],
        };
        _flows.Apply([Schema("b", "system", 5, everybody), Schema("a", "gone", 5, everybody), Schema("c", "system", 5, everybody)], FlowDefaults.SuggestedLevels);
        Assert.Equal("b", RuleOf("GET", "/api/v1/pods", "jane", Users.Authenticated).Schema.Metadata.Name);
    }

    private static FlowSchema Schema(string name, string level, int precedence, PolicyRulesWithSubjects rule) => new()
    {
        Metadata = new() { Name = name },
        Spec = new() { PriorityLevelConfiguration = new() { Name = level }, MatchingPrecedence = precedence, Rules = [rule] },
    };

    private FlowRule RuleOf(string method, string path, string user, string group) =>
        _flows.RuleOf(Users.Of(user, group), AccessRequest.Of(ApiRequest.Parse(method, path, watch: false), null));
}
