namespace Coppice.ApiServer.Tests.Http;

/// <summary>Objects are made, changed and deleted by many at once, without anything being lost.</summary>
public sealed class ChangeTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Fact]
    public async Task The_second_of_two_updates_of_one_version_is_refused()
    {
        var space = await api.NewNamespaceAsync();
        var version = (await api.NewConfigMapAsync(space, "a")).Good().Version;
        string Body(string value) => $$$"""{"metadata":{"name":"a","resourceVersion":"{{{version}}}"},"data":{"a":"{{{value}}}"}}""";
        (await api.SendAsync("PUT", $"{space}/configmaps/a", Body("2"))).Good();
        Assert.Equal(
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again",
            (await api.SendAsync("PUT", $"{space}/configmaps/a", Body("3"))).Refused(409, "Conflict"));
        Assert.Equal("2", (string?)(await api.GetAsync($"{space}/configmaps/a")).Body!["data"]!["a"]);
    }

    [Fact]
    public async Task An_update_of_another_object_of_that_name_is_refused()
    {
        var space = await api.NewNamespaceAsync();
        var name = space.Split('/')[^1];
        var uid = (string?)(await api.NewConfigMapAsync(space, "a")).Good().Body!["metadata"]!["uid"];
        Assert.Equal(
            $"Operation cannot be fulfilled on configmaps \"a\": StorageError: invalid object, Code: 4, Key: /registry/configmaps/{name}/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: {uid}",
            (await api.SendAsync("PUT", $"{space}/configmaps/a", """{"metadata":{"name":"a","uid":"other"}}""")).Refused(409, "Conflict"));
        Assert.Equal(
            "ConfigMap \"a\" is invalid: metadata.uid: Invalid value: \"other\": field is immutable",
            (await api.PatchAsync($"{space}/configmaps/a", """{"metadata":{"uid":"other"}}""")).Refused(422, "Invalid"));
    }

    [Fact]
    public async Task Whoever_changes_an_object_does_not_count_its_generations()
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/configmaps", """{"metadata":{"name":"a","generation":7}}""")).Good();
        (await api.PatchAsync($"{space}/configmaps/a", """{"metadata":{"generation":9,"labels":{"a":"b"}}}""")).Good();
        Assert.Equal(7, (int?)(await api.SendAsync("PUT", $"{space}/configmaps/a", """{"metadata":{"name":"a"}}""")).Good().Body!["metadata"]!["generation"]);
    }

    [Fact]
    public async Task An_update_that_names_another_object_than_its_path_is_refused_before_it_is_looked_for()
    {
        var space = await api.NewNamespaceAsync();
        Assert.Equal(
            "the name of the object (b) does not match the name on the URL (a)",
            (await api.SendAsync("PUT", $"{space}/configmaps/a", """{"metadata":{"name":"b"}}""")).Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task Patches_by_many_at_once_all_arrive()
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => api.PatchAsync($"{space}/configmaps/a", $$$$$"""{"data":{"k{{{{{i}}}}}":"x"}}""")));
        Assert.All(answers, answer => answer.Good());
        Assert.Equal(21, (await api.GetAsync($"{space}/configmaps/a")).Body!["data"]!.AsObject().Count);
    }

    [Fact]
    public async Task Scaling_by_many_at_once_succeeds_whoever_is_quicker()
    {
        var apps = (await api.NewNamespaceAsync()).Replace("/api/v1/", "/apis/apps/v1/");
        await NewDeploymentAsync(apps, "d");
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => api.PatchAsync($"{apps}/deployments/d/scale", $$$$$"""{"spec":{"replicas":{{{{{i}}}}}}}""")));
        Assert.All(answers, answer => answer.Good());
    }

    [Fact]
    public async Task A_scale_is_the_replicas_and_nothing_else()
    {
        var apps = (await api.NewNamespaceAsync()).Replace("/api/v1/", "/apis/apps/v1/");
        await NewDeploymentAsync(apps, "d");
        var scale = (await api.GetAsync($"{apps}/deployments/d/scale")).Good();
        Assert.Equal("autoscaling/v1 Scale", $"{scale.Body!["apiVersion"]} {scale.Body["kind"]}");
        Assert.Equal("app=a", (string?)scale.Body["status"]!["selector"]);

        Assert.Equal(4, (int?)(await api.PatchAsync($"{apps}/deployments/d/scale", """{"spec":{"replicas":4}}""")).Good().Body!["spec"]!["replicas"]);
        Assert.Equal(4, (int?)(await api.GetAsync($"{apps}/deployments/d")).Body!["spec"]!["replicas"]);
        Assert.Equal(
            "Scale.autoscaling \"d\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0",
            (await api.PatchAsync($"{apps}/deployments/d/scale", """{"spec":{"replicas":-1}}""")).Refused(422, "Invalid"));
        Assert.Equal(
            "Operation cannot be fulfilled on deployments.apps \"d\": the object has been modified; please apply your changes to the latest version and try again",
            (await api.SendAsync("PUT", $"{apps}/deployments/d/scale", $$$"""{"metadata":{"name":"d","resourceVersion":"{{{scale.Version}}}"},"spec":{"replicas":5}}""")).Refused(409, "Conflict"));
        Assert.Equal(
            $"Operation cannot be fulfilled on deployments/scale.apps \"d\": Precondition failed: UID in precondition: other, UID in object meta: {(string?)scale.Body["metadata"]!["uid"]}",
            (await api.SendAsync("PUT", $"{apps}/deployments/d/scale", """{"metadata":{"name":"d","uid":"other"},"spec":{"replicas":5}}""")).Refused(409, "Conflict"));
        Assert.Equal(
            "the name of the object (e) does not match the name on the URL (d)",
            (await api.SendAsync("PUT", $"{apps}/deployments/d/scale", """{"metadata":{"name":"e"},"spec":{"replicas":5}}""")).Refused(400, "BadRequest"));
        Assert.Equal(4, (int?)(await api.GetAsync($"{apps}/deployments/d/scale")).Good().Body!["spec"]!["replicas"]);
        var table = (await api.GetAsync($"{apps}/deployments/d/scale", "application/json;as=Table;v=v1;g=meta.k8s.io")).Good().Body!;
        Assert.Equal(["Name", "Desired", "Available", "Age"], table["columnDefinitions"]!.AsArray().Select(c => (string?)c!["name"]));
    }

    [Fact]
    public async Task Ephemeral_containers_have_a_door_of_their_own_through_which_they_only_come_in()
    {
        const string merge = "application/strategic-merge-patch+json";
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""")).Good();
        const string debugger = """{"metadata":{"labels":{"a":"b"}},"spec":{"activeDeadlineSeconds":5,"ephemeralContainers":[{"name":"debugger","image":"d"}]}}""";
        var pod = (await api.SendAsync("PATCH", $"{space}/pods/p/ephemeralcontainers", debugger, merge)).Good().Body!;
        Assert.Equal("d", (string?)pod["spec"]!["ephemeralContainers"]![0]!["image"]);
        Assert.Equal(2, (int?)pod["metadata"]!["generation"]);
        Assert.Null(pod["metadata"]!["labels"]);
        Assert.Null(pod["spec"]!["activeDeadlineSeconds"]);

        const string changed = """{"spec":{"ephemeralContainers":[{"name":"debugger","image":"e"}]}}""";
        Assert.Contains(
            "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"debugger\" may not be changed",
            (await api.SendAsync("PATCH", $"{space}/pods/p/ephemeralcontainers", changed, merge)).Refused(422, "Invalid"));
        const string removed = """{"spec":{"ephemeralContainers":[{"name":"debugger","$patch":"delete"}]}}""";
        Assert.Contains(
            "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"debugger\" may not be removed",
            (await api.SendAsync("PATCH", $"{space}/pods/p/ephemeralcontainers", removed, merge)).Refused(422, "Invalid"));

        (await api.SendAsync("PATCH", $"{space}/pods/p", """{"spec":{"containers":[{"name":"c","image":"j"}]}}""", merge)).Good();
        Assert.Equal("debugger", (string?)(await api.GetAsync($"{space}/pods/p")).Body!["spec"]!["ephemeralContainers"]![0]!["name"]);
    }

    [Theory]
    [InlineData("""[{"op":"add","path":"/spec/ephemeralContainers/-","value":{"name":"other","image":"d"}}]""")]
    [InlineData("""[{"op":"replace","path":"/spec/ephemeralContainers/0/image","value":"e"}]""")]
    [InlineData("""[{"op":"remove","path":"/spec/ephemeralContainers"}]""")]
    public async Task Through_the_pod_itself_ephemeral_containers_neither_come_nor_go(string patch)
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""")).Good();
        (await api.SendAsync("PATCH", $"{space}/pods/p/ephemeralcontainers", """{"spec":{"ephemeralContainers":[{"name":"debugger","image":"d"}]}}""", "application/strategic-merge-patch+json")).Good();
        Assert.StartsWith(
            "Pod \"p\" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,",
            (await api.SendAsync("PATCH", $"{space}/pods/p", patch, "application/json-patch+json")).Refused(422, "Invalid"));
    }

    [Fact]
    public async Task The_status_has_a_door_of_its_own()
    {
        var apps = (await api.NewNamespaceAsync()).Replace("/api/v1/", "/apis/apps/v1/");
        await NewDeploymentAsync(apps, "d");
        var changed = (await api.PatchAsync($"{apps}/deployments/d/status", """{"spec":{"replicas":9},"status":{"replicas":3}}""")).Good();
        Assert.Equal(1, (int?)changed.Body!["spec"]!["replicas"]);
        Assert.Equal(3, (int?)changed.Body["status"]!["replicas"]);
        Assert.Equal(1, (int?)changed.Body["metadata"]!["generation"]);

        var main = (await api.PatchAsync($"{apps}/deployments/d", """{"spec":{"replicas":2},"status":{"replicas":7}}""")).Good();
        Assert.Equal(3, (int?)main.Body!["status"]!["replicas"]);
        Assert.Equal(2, (int?)main.Body["metadata"]!["generation"]);
    }

    [Fact]
    public async Task An_update_that_changes_nothing_makes_no_new_version()
    {
        var space = await api.NewNamespaceAsync();
        var version = (await api.NewConfigMapAsync(space, "a")).Good().Version;
        Assert.Equal(version, (await api.PatchAsync($"{space}/configmaps/a", """{"data":{"a":"1"}}""")).Good().Version);
    }

    [Fact]
    public async Task A_dry_run_answers_as_if_and_writes_nothing()
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "there")).Good();
        var before = api.Current;
        Assert.Equal(201, (await api.PostAsync($"{space}/configmaps?dryRun=All", """{"metadata":{"name":"new"}}""")).Code);
        (await api.PostAsync($"{space}/configmaps?dryRun=All", """{"metadata":{"name":"there"}}""")).Refused(409, "AlreadyExists");
        Assert.Equal("2", (string?)(await api.PatchAsync($"{space}/configmaps/there?dryRun=All", """{"data":{"a":"2"}}""")).Good().Body!["data"]!["a"]);
        (await api.SendAsync("DELETE", $"{space}/configmaps/there?dryRun=All")).Good();
        (await api.SendAsync("DELETE", $"{space}/configmaps?dryRun=All")).Good();
        (await api.PostAsync($"{space}/services?dryRun=All", """{"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}""")).Good();
        Assert.Equal(before, api.Current);
        Assert.Equal(["there"], (await api.GetAsync($"{space}/configmaps")).Names);
    }

    [Fact]
    public async Task Names_are_generated_and_taken_ones_refused()
    {
        var space = await api.NewNamespaceAsync();
        var names = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            var made = (await api.PostAsync($"{space}/configmaps", """{"metadata":{"generateName":"cm-"}}""")).Good();
            Assert.True(names.Add((string)made.Body!["metadata"]!["name"]!));
        }

        Assert.All(names, name => Assert.Matches("^cm-[bcdfghjklmnpqrstvwxz2456789]{5}$", name));
        Assert.Equal(
            $"configmaps \"{names.First()}\" already exists",
            (await api.NewConfigMapAsync(space, names.First())).Refused(409, "AlreadyExists"));
    }

    private async Task NewDeploymentAsync(string apps, string name) => (await api.PostAsync($"{apps}/deployments", $$$$$"""
        {"metadata":{"name":"{{{{{name}}}}}"},"spec":{"selector":{"matchLabels":{"app":"a"}},
         "template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        """)).Good();
}
