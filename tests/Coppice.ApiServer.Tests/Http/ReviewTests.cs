namespace Coppice.ApiServer.Tests.Http;

/// <summary>Questions that are asked by creating an object: who may do what, and whose token is this.</summary>
public sealed class ReviewTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Authorization = "/apis/authorization.k8s.io/v1";

    [Theory]
    [InlineData("""{"user":"jane","groups":["system:masters"],"resourceAttributes":{"verb":"delete","resource":"pods","namespace":"default"}}""", true)]
    [InlineData("""{"user":"jane","groups":["system:authenticated"],"resourceAttributes":{"verb":"delete","resource":"pods","namespace":"default"}}""", false)]
    [InlineData("""{"user":"jane","groups":["system:authenticated"],"nonResourceAttributes":{"verb":"get","path":"/apis"}}""", true)]
    [InlineData("""{"groups":["somebody"],"nonResourceAttributes":{"verb":"get","path":"/metrics"}}""", false)]
    public async Task Whether_somebody_may_do_something_is_answered(string spec, bool allowed) =>
        Assert.Equal(allowed, (bool?)(await api.PostAsync($"{Authorization}/subjectaccessreviews", $$$"""{"spec":{{{spec}}}}""")).Good().Body!["status"]!["allowed"]);

    [Theory]
    [InlineData("system:node:n1", "update", "", "nodes", "status", "n1", true)]
    [InlineData("system:node:n1", "delete", "", "nodes", null, "n1", false)]
    [InlineData("system:node:n1", "update", "", "pods", "status", "p", true)]
    [InlineData("system:node:n1", "update", "", "pods", null, "p", false)]
    [InlineData("system:node:n1", "get", "", "secrets", null, "s", false)]
    [InlineData("system:node:n1", "create", "", "secrets", null, null, false)]
    [InlineData("system:node:n1", "update", "coordination.k8s.io", "leases", null, "n1", false)]
    [InlineData("system:node:n1", "create", "", "serviceaccounts", "token", "default", false)]
    [InlineData("system:node:n1", "list", "discovery.k8s.io", "endpointslices", null, null, false)]
    [InlineData("system:kube-proxy", "list", "discovery.k8s.io", "endpointslices", null, null, true)]
    [InlineData("system:kube-proxy", "list", "", "secrets", null, null, false)]
    [InlineData("n1", "get", "", "secrets", null, "s", false)]
    public async Task The_components_on_nodes_may_do_their_work_and_no_more(
        string user, string verb, string group, string resource, string? subresource, string? name, bool allowed)
    {
        var groups = user == "system:kube-proxy" ? "" : "\"system:nodes\",";
        var attributes = System.Text.Json.JsonSerializer.Serialize(new { verb, group, resource, subresource, name });
        var spec = $$"""{"user":"{{user}}","groups":[{{groups}}"system:authenticated"],"resourceAttributes":{{attributes}}}""";
        Assert.Equal(allowed, (bool?)(await api.PostAsync($"{Authorization}/subjectaccessreviews", $$$"""{"spec":{{{spec}}}}""")).Good().Body!["status"]!["allowed"]);
    }

    [Theory]
    [InlineData("subjectaccessreviews", """{"user":"jane"}""", "SubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.resourceAttributes: Invalid value: \"null\": exactly one of nonResourceAttributes or resourceAttributes must be specified")]
    [InlineData("subjectaccessreviews", """{"resourceAttributes":{"verb":"get","resource":"pods"}}""", "SubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.user: Invalid value: \"\": at least one of user or group must be specified")]
    [InlineData("selfsubjectaccessreviews", "{}", "SelfSubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.resourceAttributes: Invalid value: \"null\": exactly one of nonResourceAttributes or resourceAttributes must be specified")]
    public async Task A_question_without_a_subject_or_an_object_is_refused(string resource, string spec, string message) =>
        Assert.Equal(message, (await api.PostAsync($"{Authorization}/{resource}", $$$"""{"spec":{{{spec}}}}""")).Refused(422, "Invalid"));

    [Fact]
    public async Task A_local_question_is_about_its_own_namespace()
    {
        const string Path = $"{Authorization}/namespaces/default/localsubjectaccessreviews";
        static string Spec(string space) => $$$$"""{"spec":{"groups":["system:masters"],"resourceAttributes":{"verb":"get","resource":"pods","namespace":"{{{{space}}}}"}}}""";
        Assert.True((bool?)(await api.PostAsync(Path, Spec("default"))).Good().Body!["status"]!["allowed"]);
        Assert.Equal(
            "spec.resourceAttributes.namespace must match namespace: default", (await api.PostAsync(Path, Spec("other"))).Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task Who_has_no_uid_is_shown_without_one()
    {
        var user = (await api.PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}")).Good().Body!["status"]!["userInfo"]!.AsObject();
        Assert.Equal(["username", "groups", "extra"], user.Select(one => one.Key));
    }

    [Fact]
    public async Task Everybody_learns_what_they_may_do()
    {
        var master = (await api.PostAsync($"{Authorization}/selfsubjectrulesreviews", """{"spec":{"namespace":"default"}}""")).Good().Body!["status"]!;
        Assert.Equal("*.*", $"{master["resourceRules"]![0]!["resources"]![0]}.{master["resourceRules"]![0]!["apiGroups"]![0]}");
        Assert.False((bool?)master["incomplete"]);

        using var jane = api.ClientOf(api.Issue("jane"));
        using var asked = await jane.PostAsync(
            $"{Authorization}/selfsubjectrulesreviews", new StringContent("""{"spec":{"namespace":"default"}}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")));
        var rules = (await Answer.OfAsync(asked)).Good().Body!["status"]!;
        Assert.DoesNotContain(rules["resourceRules"]!.AsArray(), rule => (string?)rule!["resources"]![0] == "*");
        Assert.Contains(rules["nonResourceRules"]!.AsArray(), rule => rule!["nonResourceURLs"]!.AsArray().Any(path => (string?)path == "/apis/*"));
    }

    [Fact]
    public async Task A_token_must_be_shown_to_be_asked_about() => Assert.Equal(
        "token is required for TokenReview in authentication",
        (await api.PostAsync("/apis/authentication.k8s.io/v1/tokenreviews", """{"spec":{}}""")).Refused(400, "BadRequest"));

    [Fact]
    public async Task There_are_no_custom_kinds() =>
        Assert.Empty((await api.GetAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")).Good().Names);
}
