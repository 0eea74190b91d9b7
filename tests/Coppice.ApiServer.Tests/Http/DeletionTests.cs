using System.Text.Json.Nodes;
using Coppice.ApiServer.Registry;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>What keeps an object from going, and what makes it go.</summary>
public sealed class DeletionTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Fact]
    public async Task A_deletion_is_of_the_object_that_was_meant()
    {
        var space = await api.NewNamespaceAsync();
        var made = (await api.NewConfigMapAsync(space, "a")).Good();
        var uid = (string)made.Body!["metadata"]!["uid"]!;
        Assert.Equal(
            $"Operation cannot be fulfilled on ConfigMap \"a\": the UID in the precondition (other) does not match the UID in record ({uid}). The object might have been deleted and then recreated",
            (await DeleteAsync($"{space}/configmaps/a", """{"preconditions":{"uid":"other"}}""")).Refused(409, "Conflict"));
        Assert.Equal(
            $"Operation cannot be fulfilled on ConfigMap \"a\": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record ({made.Version}). The object might have been modified",
            (await DeleteAsync($"{space}/configmaps/a", """{"preconditions":{"resourceVersion":"1"}}""")).Refused(409, "Conflict"));

        var gone = (await DeleteAsync($"{space}/configmaps/a", $$$"""{"preconditions":{"uid":"{{{uid}}}"}}""")).Good();
        Assert.Equal("Success", (string?)gone.Body!["status"]);
        Assert.Equal(uid, (string?)gone.Body["details"]!["uid"]);
        Assert.Equal("configmaps \"a\" not found", (await api.SendAsync("DELETE", $"{space}/configmaps/a")).Refused(404, "NotFound"));
    }

    [Theory]
    [InlineData("application/json", """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"}}""", 400, "no kind \"ConfigMap\" is registered for version \"v1\" in scheme \"pkg/apis/meta/internalversion/scheme/register.go:27\"")]
    [InlineData("application/yaml", "kind: ConfigMap", 400, "no kind \"ConfigMap\" is registered for version \"meta.k8s.io/v1\" in scheme \"pkg/apis/meta/internalversion/scheme/register.go:27\"")]
    [InlineData("application/x-www-form-urlencoded", "{}", 415, "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf")]
    public async Task A_body_of_something_else_than_options_deletes_nothing(string type, string body, int code, string message)
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        foreach (var path in (string[])[$"{space}/configmaps/a", $"{space}/configmaps"])
        {
            var refused = await api.SendAsync("DELETE", path, body, type);
            Assert.Equal((code, message), (refused.Code, refused.Message));
        }

        (await api.GetAsync($"{space}/configmaps/a")).Good();
    }

    [Theory]
    [InlineData("application/json", """{"kind":"DeleteOptions","apiVersion":"apps/v1","propagationPolicy":"Foreground"}""", true)]
    [InlineData("application/yaml", "kind: DeleteOptions\napiVersion: v1\npropagationPolicy: Foreground\n", true)]
    // Where there is a body, the query says nothing.
    [InlineData("application/json", "{}", false)]
    public async Task Options_may_be_of_any_version_and_stand_in_the_body_or_in_the_query(string type, string body, bool waits)
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        (await api.SendAsync("DELETE", $"{space}/configmaps/a?propagationPolicy=Orphan", body, type)).Good();
        var left = await api.GetAsync($"{space}/configmaps/a");
        Assert.Equal(waits ? "foregroundDeletion" : null, (string?)left.Body!["metadata"]!["finalizers"]?[0]);
        Assert.Equal(waits ? 200 : 404, left.Code);
    }

    [Theory]
    [InlineData("{}", false)]
    [InlineData(null, true)]
    public async Task A_query_asks_for_a_dry_run_only_where_there_is_no_body(string? body, bool stays)
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        (await api.NewConfigMapAsync(space, "b")).Good();
        (await api.SendAsync("DELETE", $"{space}/configmaps/a?dryRun=All", body)).Good();
        Assert.Equal(stays ? 200 : 404, (await api.GetAsync($"{space}/configmaps/a")).Code);
        (await api.SendAsync("DELETE", $"{space}/configmaps?dryRun=All", body)).Good();
        Assert.Equal(stays ? 200 : 404, (await api.GetAsync($"{space}/configmaps/b")).Code);
    }

    [Fact]
    public async Task A_query_may_say_which_object_is_meant()
    {
        var space = await api.NewNamespaceAsync();
        var made = (await api.NewConfigMapAsync(space, "a")).Good();
        (await api.SendAsync("DELETE", $"{space}/configmaps/a?uid=other")).Refused(409, "Conflict");
        (await api.SendAsync("DELETE", $"{space}/configmaps/a?resourceVersion={made.Version}0")).Refused(409, "Conflict");
        (await api.SendAsync("DELETE", $"{space}/configmaps/a?resourceVersion={made.Version}&uid={(string?)made.Body!["metadata"]!["uid"]}")).Good();
    }

    [Fact]
    public void The_kinds_that_answer_with_the_object_are_those_of_kubernetes() => Assert.Equal(
        [
            "csidrivers", "csinodes", "deviceclasses", "namespaces", "persistentvolumeclaims", "persistentvolumes", "pods", "podtemplates",
            "resourceclaims", "resourceclaimtemplates", "resourcequotas", "resourceslices", "serviceaccounts", "services", "storageclasses", "volumeattachments", "volumeattributesclasses",
        ],
        BuiltInServedKinds.All.Where(one => one.AnswersDeleted).Select(one => one.Kind.Resource).Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_namespaces_preconditions_have_words_of_their_own()
    {
        var space = await api.NewNamespaceAsync();
        var name = space.Split('/')[^1];
        var actual = (await api.GetAsync(space)).Good();
        Assert.Equal(
            $"Operation cannot be fulfilled on namespaces \"{name}\": Precondition failed: UID in precondition: other, UID in object meta: {(string?)actual.Body!["metadata"]!["uid"]}",
            (await DeleteAsync(space, """{"preconditions":{"uid":"other"}}""")).Refused(409, "Conflict"));
        Assert.Equal(
            $"Operation cannot be fulfilled on namespaces \"{name}\": Precondition failed: ResourceVersion in precondition: {actual.Version}0, ResourceVersion in object meta: {actual.Version}",
            (await DeleteAsync(space, $$$"""{"preconditions":{"resourceVersion":"{{{actual.Version}}}0"}}""")).Refused(409, "Conflict"));
    }

    [Fact]
    public async Task A_finalizer_keeps_an_object_until_it_is_removed()
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a", ",\"finalizers\":[\"example.com/wait\"]")).Good();
        var waiting = (await api.SendAsync("DELETE", $"{space}/configmaps/a")).Good();
        Assert.NotNull(waiting.Body!["metadata"]!["deletionTimestamp"]);

        Assert.Contains(
            "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/more\"}",
            (await api.PatchAsync($"{space}/configmaps/a", """{"metadata":{"finalizers":["example.com/wait","example.com/more"]}}""")).Refused(422, "Invalid"));
        var gone = (await api.PatchAsync($"{space}/configmaps/a", """{"metadata":{"finalizers":null}}""")).Good();
        Assert.Equal((null, waiting.Version), (gone.Body!["metadata"]!["finalizers"], gone.Version));
        (await api.GetAsync($"{space}/configmaps/a")).Refused(404, "NotFound");
    }

    [Theory]
    [InlineData("?orphanDependents=false", 202)]
    [InlineData("?propagationPolicy=Background", 200)]
    [InlineData("", 200)]
    public async Task Who_asks_in_the_old_form_is_told_that_an_object_is_still_to_go(string query, int code)
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "held", ",\"finalizers\":[\"example.com/wait\"]")).Good();
        (await api.NewConfigMapAsync(space, "free")).Good();
        Assert.Equal(code, (await api.SendAsync("DELETE", $"{space}/configmaps/held{query}")).Code);
        Assert.Equal(200, (await api.SendAsync("DELETE", $"{space}/configmaps/free{query}")).Code);
    }

    [Theory]
    [InlineData("Foreground", "foregroundDeletion")]
    [InlineData("Orphan", "orphan")]
    public async Task A_propagation_policy_waits_for_the_collector(string policy, string finalizer)
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        var waiting = (await DeleteAsync($"{space}/configmaps/a", $$$$$"""{"propagationPolicy":"{{{{{policy}}}}}"}""")).Good();
        Assert.Equal(finalizer, (string?)waiting.Body!["metadata"]!["finalizers"]![0]);
    }

    [Theory]
    [InlineData("/api/v1", "replicationcontrollers", """{"replicas":0,"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"a"}]}}}""")]
    [InlineData("/apis/batch/v1", "jobs", """{"suspend":true,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"a"}]}}}""")]
    public async Task The_oldest_owners_of_pods_leave_them_behind_unless_it_is_said_otherwise(string root, string resource, string spec)
    {
        var all = $"{root}/namespaces/{(await api.NewNamespaceAsync()).Split('/')[^1]}/{resource}";
        foreach (var name in (string[])["silent", "asked"])
        {
            (await api.PostAsync(all, $$"""{"metadata":{"name":"{{name}}"},"spec":{{spec}}}""")).Good();
        }

        var waiting = (await api.SendAsync("DELETE", $"{all}/silent")).Good();
        Assert.Equal("orphan", (string?)waiting.Body!["metadata"]!["finalizers"]![0]);
        (await DeleteAsync($"{all}/asked", """{"orphanDependents":false}""")).Good();
        (await api.GetAsync($"{all}/asked")).Refused(404, "NotFound");
    }

    [Fact]
    public async Task In_the_background_an_object_goes_at_once()
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        (await DeleteAsync($"{space}/configmaps/a", """{"propagationPolicy":"Background"}""")).Good();
        (await api.GetAsync($"{space}/configmaps/a")).Refused(404, "NotFound");
    }

    [Fact]
    public async Task A_collection_is_deleted_as_far_as_the_selector_says()
    {
        var space = await api.NewNamespaceAsync();
        for (var i = 0; i < 6; i++)
        {
            (await api.NewConfigMapAsync(space, $"c{i}", $$$$$""","labels":{"half":"{{{{{i % 2}}}}}"}""")).Good();
        }

        var deleted = (await api.SendAsync("DELETE", $"{space}/configmaps?labelSelector=half%3D1")).Good();
        Assert.Equal("ConfigMapList", (string?)deleted.Body!["kind"]);
        Assert.Equal(["c0", "c2", "c4"], (await api.GetAsync($"{space}/configmaps")).Names);
    }

    [Theory]
    [InlineData("serviceaccounts", "{}", "ServiceAccount")]
    [InlineData("pods", """{"spec":{"containers":[{"name":"a","image":"a"}]}}""", "Pod")]
    [InlineData("persistentvolumeclaims", """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""", "PersistentVolumeClaim")]
    [InlineData("secrets", "{}", "Status")]
    [InlineData("services", """{"spec":{"ports":[{"port":80}]}}""", "Service")]
    public async Task Some_kinds_are_shown_once_more_when_they_go_and_of_others_it_is_only_said(string resource, string manifest, string answer)
    {
        var space = await api.NewNamespaceAsync();
        var item = JsonNode.Parse(manifest)!.AsObject();
        item["metadata"] = new JsonObject { ["name"] = "a" };
        (await api.PostAsync($"{space}/{resource}", item.ToJsonString())).Good();
        Assert.Equal(answer, (string?)(await DeleteAsync($"{space}/{resource}/a", """{"gracePeriodSeconds":0}""")).Good().Body!["kind"]);
    }

    [Theory]
    [InlineData("pods/a/binding", """{"metadata":{"name":"a"},"target":{"kind":"Node","name":"n"}}""", "pods \"a\"")]
    [InlineData("pods/a/eviction", """{"metadata":{"name":"a"}}""", "pods \"a\"")]
    [InlineData("serviceaccounts/default/token", "{}", "serviceaccounts \"default\"")]
    [InlineData("configmaps", """{"metadata":{"name":"b"}}""", "configmaps \"b\"")]
    public async Task Nothing_new_comes_into_a_namespace_that_goes(string door, string body, string subject)
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/pods", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","image":"a"}]}}""")).Good();
        (await api.SendAsync("DELETE", space)).Good();
        var name = space.Split('/')[^1];
        Assert.Equal(
            $"{subject} is forbidden: unable to create new content in namespace {name} because it is being terminated",
            (await api.PostAsync($"{space}/{door}", body)).Refused(403, "Forbidden"));
    }

    private Task<Answer> DeleteAsync(string path, string options) => api.SendAsync("DELETE", path, options);
}
