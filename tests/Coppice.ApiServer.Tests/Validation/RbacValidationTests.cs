using System.Text;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Coppice.Objects.Rbac;
using Xunit;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Bad roles and bindings, with the causes that Kubernetes gives; and what good ones look like.</summary>
public sealed class RbacValidationTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}""")]
    [InlineData("""{"apiGroups":[""],"resources":["pods"]}""", "rules[0].verbs: Required value: verbs must contain at least one value")]
    [InlineData(
        """{"verbs":["get"]}""",
        "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
        "rules[0].resources: Required value: resource rules must supply at least one resource")]
    [InlineData(
        """{"verbs":["get"],"nonResourceURLs":["/a"]}""",
        """rules[0].nonResourceURLs: Invalid value: ["/a"]: namespaced rules cannot apply to non-resource URLs""")]
    public void A_role_is_refused_for(string rule, params string[] causes) => AssertCauses<Role>($$"""{"rules":[{{rule}}]}""", causes);

    [Theory]
    [InlineData("""{"rules":[{"verbs":["get"],"nonResourceURLs":["/a"]}]}""")]
    [InlineData(
        """{"rules":[{"verbs":["get"],"nonResourceURLs":["/a"],"resources":["pods"]}]}""",
        """rules[0].nonResourceURLs: Invalid value: ["/a"]: rules cannot apply to both regular resources and non-resource URLs""")]
    [InlineData(
        """{"aggregationRule":{}}""",
        "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil")]
    [InlineData(
        """{"aggregationRule":{"clusterRoleSelectors":[{"matchExpressions":[{"key":"a","operator":"Is"}]}]}}""",
        """aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator""",
        """aggregationRule.clusterRoleSelectors[0]: Invalid value: "null": invalid label selector.""")]
    public void A_cluster_role_is_refused_for(string role, params string[] causes) => AssertCauses<ClusterRole>(role, causes);

    [Theory]
    [InlineData("""{"kind":"Role","name":"r"}""", """{"kind":"User","name":"u"}""")]
    [InlineData("""{"kind":"ClusterRole","name":"system:r"}""", """{"kind":"ServiceAccount","name":"s"}""")]
    [InlineData(
        """{"kind":"Part","name":"a/b","apiGroup":"other"}""",
        """{"kind":"Team","name":""}""",
        """roleRef.apiGroup: Unsupported value: "other": supported values: "rbac.authorization.k8s.io" """,
        """roleRef.kind: Unsupported value: "Part": supported values: "Role", "ClusterRole" """,
        """roleRef.name: Invalid value: "a/b": may not contain '/'""",
        "subjects[0].name: Required value",
        """subjects[0].kind: Unsupported value: "Team": supported values: "ServiceAccount", "User", "Group" """)]
    [InlineData(
        """{"kind":"Role","name":""}""",
        """{"kind":"Group","name":"g","apiGroup":"other"}""",
        "roleRef.name: Required value",
        """subjects[0].apiGroup: Unsupported value: "other": supported values: "rbac.authorization.k8s.io" """)]
    [InlineData(
        """{"kind":"Role","name":"."}""",
        """{"kind":"ServiceAccount","name":"s","apiGroup":"other"}""",
        """roleRef.name: Invalid value: ".": may not be '.'""",
        """subjects[0].apiGroup: Unsupported value: "other": supported values: "" """)]
    public void A_binding_is_refused_for(string role, string subject, params string[] causes) =>
        AssertCauses<RoleBinding>($$"""{"roleRef":{{role}},"subjects":[{{subject}}]}""", causes);

    [Fact]
    public void What_is_bound_in_the_whole_cluster_is_of_the_whole_cluster() => AssertCauses<ClusterRoleBinding>(
        """{"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"ServiceAccount","name":"s"}]}""",
        """roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole" """,
        "subjects[0].namespace: Required value");

    [Fact]
    public void A_binding_keeps_its_role()
    {
        var old = new RoleBinding { RoleRef = new() { ApiGroup = RbacValidation.Group, Kind = "Role", Name = "r" } };
        var item = old with { RoleRef = old.RoleRef with { Name = "s" } };

        var error = Assert.Single(Served.Strategy<RoleBinding>().ValidateUpdate(item, old));
        Assert.Equal(
            """roleRef: Invalid value: {"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"s"}: cannot change roleRef""", error.ToString());
    }

    [Fact]
    public void Groups_are_filled_in()
    {
        var binding = Read<RoleBinding>(
            """{"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"},{"kind":"Group","name":"g"},{"kind":"ServiceAccount","name":"s"}]}""");

        Assert.Equal(RbacValidation.Group, binding.RoleRef.ApiGroup);
        Assert.Equal([RbacValidation.Group, RbacValidation.Group, null], binding.Subjects.Select(subject => subject.ApiGroup));
    }

    [Theory]
    [InlineData("system:a:b")]
    [InlineData("A_b")]
    [InlineData("..", "metadata.name: Invalid value: \"..\": may not be '..'")]
    [InlineData("a/b%", "metadata.name: Invalid value: \"a/b%\": may not contain '/'", "metadata.name: Invalid value: \"a/b%\": may not contain '%'")]
    public void The_name_of_a_role_is_what_can_stand_in_a_path(string name, params string[] causes) => Assert.Equal(
        causes, ObjectMetaValidation.Validate(new() { Name = name }, BuiltInKinds.Of<ClusterRole>(), Served.Of<ClusterRole>().NameRule).Select(error => error.ToString()));

    [Fact]
    public void Tables_show_when_roles_were_made_and_who_has_them()
    {
        var meta = new ObjectMeta { Name = "a", CreationTimestamp = Now - TimeSpan.FromSeconds(90) };
        var binding = new ClusterRoleBinding
        {
            Metadata = meta,
            RoleRef = new() { Kind = "ClusterRole", Name = "view" },
            Subjects =
            [
                new() { Kind = "User", Name = "u" }, new() { Kind = "User", Name = "v" }, new() { Kind = "Group", Name = "g" },
                new() { Kind = "ServiceAccount", Name = "s", Namespace = "n" },
            ],
        };

        Assert.Equal(["a", "2026-01-02T03:02:35Z"], Served.Cells(new Role { Metadata = meta }, Now));
        Assert.Equal(["a", "2026-01-02T03:02:35Z"], Served.Cells(new ClusterRole { Metadata = meta }, Now));
        Assert.Equal(["a", "ClusterRole/view", "90s", "u, v", "g", "n/s"], Served.Cells(binding, Now));
    }

    private static void AssertCauses<T>(string manifest, params string[] causes) where T : KubernetesObject => Assert.Equal(
        causes.Select(cause => cause.TrimEnd()), Served.Strategy<T>().Validate(Read<T>(manifest)).Select(error => error.ToString()));

    private static T Read<T>(string manifest) where T : KubernetesObject =>
        (T)Served.Strategy<T>().Default(ApiJson.Read<T>(Encoding.UTF8.GetBytes(manifest)));
}
