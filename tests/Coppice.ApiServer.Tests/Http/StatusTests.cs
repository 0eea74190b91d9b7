using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>What comes through the door of the status is looked at as closely as the rest.</summary>
public sealed class StatusTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string MergePatch = "application/merge-patch+json";

    public static TheoryData<string> Kinds =>
        ["pods", "services", "namespaces", "nodes", "persistentvolumeclaims", "replicationcontrollers", "apps/daemonsets", "apps/deployments", "apps/replicasets"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Bad_metadata_is_refused(string kind)
    {
        var item = await NewAsync(kind);
        Assert.Contains(
            "metadata.annotations: Invalid value: \"bad key\"",
            await RefusedAsync(item, """{"metadata":{"annotations":{"bad key":"x"}}}"""));
        Assert.Contains("metadata.finalizers[0]: Invalid value: \"bad\"", await RefusedAsync(item, """{"metadata":{"finalizers":["bad"]}}"""));
        if (kind != "apps/deployments")
        {
            Assert.Contains("metadata.labels: Invalid value: \"!\"", await RefusedAsync(item, """{"metadata":{"labels":{"a":"!"}}}"""));
        }

        if (kind != "pods")
        {
            Assert.Contains(
                "metadata.ownerReferences[0].uid: Invalid value: \"\": must not be empty",
                await RefusedAsync(item, """{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":""}]}}"""));
        }
    }

    [Fact]
    public async Task What_the_status_of_a_kind_may_not_touch_stays()
    {
        const string owned = """{"metadata":{"labels":{"a":"!"},"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u"}]}}""";
        var deployment = (await PatchAsync(await NewAsync("apps/deployments"), owned)).Good().Body!["metadata"]!;
        Assert.Null(deployment["labels"]);
        Assert.NotNull(deployment["ownerReferences"]);
        Assert.Null((await PatchAsync(await NewAsync("pods"), owned.Replace("!", "b"))).Good().Body!["metadata"]!["ownerReferences"]);
    }

    [Fact]
    public async Task A_pods_status_is_plausible()
    {
        var pod = await NewAsync("pods");
        Assert.EndsWith(
            "status.qosClass: Invalid value: \"Guaranteed\": field is immutable", await RefusedAsync(pod, """{"status":{"qosClass":"Guaranteed"}}"""));
        Assert.Contains("metadata.conditions[0].Type: Invalid value: \"a b\"", await RefusedAsync(pod, """{"status":{"conditions":[{"type":"a b","status":"True"}]}}"""));
        Assert.Contains("status.podIPs[0]: Invalid value: \"a\": must be a valid IP address", await RefusedAsync(pod, """{"status":{"podIPs":[{"ip":"a"}]}}"""));
        Assert.Contains("status.podIPs[0]: Invalid value: \"$(x)\"", await RefusedAsync(pod, """{"status":{"podIP":"$(x)"}}"""));
        Assert.EndsWith(
            """status.podIPs: Invalid value: [{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}]: may specify no more than one IP for each IP family""",
            await RefusedAsync(pod, """{"status":{"podIPs":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}]}}"""));
        Assert.EndsWith(
            "status.hostIPs[0].ip: Invalid value: \"10.0.0.2\": must be equal to `hostIP`",
            await RefusedAsync(pod, """{"status":{"hostIP":"10.0.0.1","hostIPs":[{"ip":"10.0.0.2"}]}}"""));
    }

    [Fact]
    public async Task A_container_that_has_ended_and_is_not_restarted_has_ended_for_good()
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/pods", """{"metadata":{"name":"p"},"spec":{"restartPolicy":"OnFailure","containers":[{"name":"c","image":"i"}]}}""")).Good();
        const string statuses = """{"status":{"containerStatuses":[{"name":"c","image":"i","imageID":"","ready":false,"restartCount":0,"state":STATE}]}}""";
        (await PatchAsync($"{space}/pods/p", statuses.Replace("STATE", """{"terminated":{"exitCode":1}}"""))).Good();
        (await PatchAsync($"{space}/pods/p", statuses.Replace("STATE", """{"running":{}}"""))).Good();
        (await PatchAsync($"{space}/pods/p", statuses.Replace("STATE", """{"terminated":{"exitCode":0}}"""))).Good();
        Assert.EndsWith(
            "status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state",
            await RefusedAsync($"{space}/pods/p", statuses.Replace("STATE", """{"running":{}}""")));
    }

    [Fact]
    public async Task Where_one_container_can_have_all_start_anew_none_has_ended_for_good()
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/pods", """
            {"metadata":{"name":"p"},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"},
            {"name":"d","image":"i","restartPolicy":"Never","restartPolicyRules":[{"action":"RestartAllContainers","exitCodes":{"operator":"In","values":[42]}}]}]}}
            """)).Good();
        const string statuses = """{"status":{"containerStatuses":[{"name":"c","image":"i","imageID":"","ready":false,"restartCount":0,"state":STATE}]}}""";
        (await PatchAsync($"{space}/pods/p", statuses.Replace("STATE", """{"terminated":{"exitCode":0}}"""))).Good();
        (await PatchAsync($"{space}/pods/p", statuses.Replace("STATE", """{"running":{}}"""))).Good();
    }

    [Fact]
    public async Task Which_generation_was_seen_stays_known()
    {
        var pod = await NewAsync("pods");
        (await PatchAsync(pod, """{"status":{"observedGeneration":1,"conditions":[{"type":"Ready","status":"True","observedGeneration":1}]}}""")).Good();
        var status = (await PatchAsync(pod, """{"status":{"observedGeneration":0,"conditions":[{"type":"Ready","status":"False"}]}}""")).Good().Body!["status"]!;
        Assert.Equal(1, (int?)status["observedGeneration"]);
        Assert.Equal(1, (int?)status["conditions"]![0]!["observedGeneration"]);
    }

    [Theory]
    [InlineData("apps/deployments", """{"updatedReplicas":1}""", "status.updatedReplicas: Invalid value: 1: cannot be greater than status.replicas")]
    [InlineData("apps/deployments", """{"collisionCount":-1}""", "status.collisionCount: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("apps/replicasets", """{"replicas":2,"availableReplicas":2,"readyReplicas":1}""", "status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas")]
    [InlineData("apps/daemonsets", """{"numberReady":-1}""", "status.numberReady: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("replicationcontrollers", """{"readyReplicas":1}""", "status.readyReplicas: Invalid value: 1: cannot be greater than status.replicas")]
    [InlineData("services", """{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}""", "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'")]
    [InlineData("namespaces", """{"phase":"Terminating"}""", "status.Phase: Invalid value: \"Terminating\": may only be 'Active' if `deletionTimestamp` is empty")]
    [InlineData("nodes", """{"capacity":{"memory":"-1"}}""", "status.capacity.memory: Invalid value: \"-1\": must be greater than or equal to 0")]
    [InlineData("nodes", """{"capacity":{"example.com/gpu":"500m"}}""", "status.capacity.example.com/gpu: Invalid value: \"500m\": must be an integer")]
    [InlineData("nodes", """{"addresses":[{"type":"InternalIP","address":"a"},{"type":"InternalIP","address":"a"}]}""", """status.addresses[1]: Duplicate value: {"type":"InternalIP","address":"a"}""")]
    [InlineData("persistentvolumeclaims", """{"capacity":{"storage":"-1"}}""", "status.capacity[storage]: Invalid value: \"-1\": must be a valid resource quantity")]
    public async Task A_status_is_plausible(string kind, string status, string expected) =>
        Assert.Contains(expected, await RefusedAsync(await NewAsync(kind), $$$"""{"status":{{{status}}} }"""));

    [Fact]
    public async Task A_load_balancer_is_where_somebody_can_reach_it_and_has_the_mode_that_it_was_given()
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/services", """{"metadata":{"name":"s"},"spec":{"type":"LoadBalancer","ports":[{"port":80}]}}""")).Good();
        async Task<JsonNode> Ingress(string ingress) =>
            (await PatchAsync($"{space}/services/s", LoadBalancer(ingress))).Good().Body!["status"]!["loadBalancer"]!["ingress"]![0]!;
        Assert.Equal("""{"ip":"192.0.2.1"}""", (await Ingress("""{"ip":"192.0.2.1"}""")).ToJsonString());
        Assert.Equal("""{"ip":"192.0.2.1","ipMode":"Proxy"}""", (await Ingress("""{"ip":"192.0.2.1","ipMode":"Proxy"}""")).ToJsonString());

        async Task<string> Refused(string ingress) => await RefusedAsync($"{space}/services/s", LoadBalancer(ingress));
        Assert.EndsWith("ingress[0].ip: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)", await Refused("""{"ip":"127.0.0.1"}"""));
        Assert.EndsWith("ingress[0].ip: Invalid value: \"::ffff:127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)", await Refused("""{"ip":"::ffff:127.0.0.1"}"""));
        Assert.EndsWith("ingress[0].ipMode: Forbidden: may not be specified when `ip` is not set", await Refused("""{"hostname":"a","ipMode":"VIP"}"""));
        Assert.EndsWith("ingress[0].hostname: Invalid value: \"10.0.0.1\": must be a DNS name, not an IP address", await Refused("""{"hostname":"10.0.0.1"}"""));
    }

    [Fact]
    public async Task A_namespaces_finalizers_are_looked_at_by_their_own_door()
    {
        var space = await api.NewNamespaceAsync();
        var item = (await api.GetAsync(space)).Good().Body!;
        item["spec"]!["finalizers"] = new JsonArray("kubernetes", "bad");
        Assert.Contains("spec.finalizers[1]: Invalid value: \"bad\"", (await api.SendAsync("PUT", $"{space}/finalize", item.ToJsonString())).Refused(422, "Invalid"));
    }

    private async Task<string> NewAsync(string kind)
    {
        var space = (await api.NewNamespaceAsync())["/api/v1/namespaces/".Length..];
        var resource = kind.Split('/')[^1];
        var root = kind.StartsWith("apps/", StringComparison.Ordinal) ? "/apis/apps/v1" : "/api/v1";
        var name = $"n-{space}";
        var collection = resource is "nodes" or "namespaces" ? $"{root}/{resource}" : $"{root}/namespaces/{space}/{resource}";
        (await api.PostAsync(collection, SampleObjects.Body(resource, name, space))).Good();
        return $"{collection}/{name}";
    }

    private async Task<string> RefusedAsync(string item, string patch)
    {
        var before = api.Current;
        var message = (await PatchAsync(item, patch)).Refused(422, "Invalid");
        Assert.Equal(before, api.Current);
        return message;
    }

    private static string LoadBalancer(string ingress) => """{"status":{"loadBalancer":{"ingress":[INGRESS]}}}""".Replace("INGRESS", ingress);

    private Task<Answer> PatchAsync(string item, string patch) => api.SendAsync("PATCH", $"{item}/status", patch, MergePatch);
}
