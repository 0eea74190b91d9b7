namespace Coppice.ApiServer.Tests.Http;

/// <summary>The door to what a pod's containers may use.</summary>
public sealed class ResizeTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Strategic = "application/strategic-merge-patch+json";

    [Fact]
    public async Task Processor_and_memory_change_and_nothing_else_does()
    {
        var pod = await NewPodAsync("""{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"memory":"128Mi"}}""");
        var resized = (await PatchAsync(pod, """
            {"metadata":{"labels":{"a":"b"}},
             "spec":{"activeDeadlineSeconds":5,"containers":[{"name":"c","image":"other","resizePolicy":[{"resourceName":"memory","restartPolicy":"RestartContainer"}],
                "resources":{"requests":{"cpu":"200m"},"limits":{"cpu":"1","memory":"256Mi"}}}]}}
            """)).Good().Body!;
        Assert.Equal("""{"cpu":"200m","memory":"64Mi"}""", resized["spec"]!["containers"]![0]!["resources"]!["requests"]!.ToJsonString());
        Assert.Equal("""{"cpu":"1","memory":"256Mi"}""", resized["spec"]!["containers"]![0]!["resources"]!["limits"]!.ToJsonString());
        Assert.Equal("RestartContainer", (string?)resized["spec"]!["containers"]![0]!["resizePolicy"]![0]!["restartPolicy"]);
        Assert.Equal("i", (string?)resized["spec"]!["containers"]![0]!["image"]);
        Assert.Equal(2, (int?)resized["metadata"]!["generation"]);
        Assert.Null(resized["metadata"]!["labels"]);
        Assert.Null(resized["spec"]!["activeDeadlineSeconds"]);
        Assert.Equal(resized["spec"]!.ToJsonString(), (await api.GetAsync($"{pod}/resize")).Good().Body!["spec"]!.ToJsonString());

        resized["spec"]!["containers"]![0]!["resources"]!["requests"]!["cpu"] = "300m";
        Assert.Equal(3, (int?)(await api.SendAsync("PUT", $"{pod}/resize", resized.ToJsonString())).Good().Body!["metadata"]!["generation"]);
    }

    [Theory]
    [InlineData("""{"requests":{"cpu":"1","memory":"128Mi"},"limits":{"cpu":"1"}}""", """spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing""")]
    [InlineData("""{"requests":{"cpu":null}}""", "spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed")]
    [InlineData("""{"limits":{"memory":null}}""", "spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed")]
    [InlineData("""{"requests":{"memory":"1Gi"}}""", "spec.containers[0].resources.requests: Invalid value: \"1Gi\": must be less than or equal to memory limit of 128Mi")]
    [InlineData("""{"limits":{"example.com/gpu":"2"},"requests":{"example.com/gpu":"2"}}""", "spec: Forbidden: only cpu and memory resources are mutable")]
    public async Task A_resize_is_refused_for(string resources, string cause)
    {
        var pod = await NewPodAsync("""{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"memory":"128Mi"}}""");
        var patch = """{"spec":{"containers":[{"name":"c","resources":RESOURCES}]}}""".Replace("RESOURCES", resources);
        Assert.Contains(cause, (await PatchAsync(pod, patch)).Refused(422, "Invalid"));
    }

    [Fact]
    public async Task A_resize_brings_and_takes_no_container()
    {
        var pod = await NewPodAsync("{}");
        const string more = """{"spec":{"containers":[{"name":"d","image":"i"}]}}""";
        Assert.Contains("spec: Forbidden: only cpu and memory resources are mutable", (await PatchAsync(pod, more)).Refused(422, "Invalid"));
    }

    [Fact]
    public async Task What_a_pod_asks_for_as_a_whole_changes_in_the_same_way()
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync(
            $"{space}/pods",
            """{"metadata":{"name":"p"},"spec":{"resources":{"requests":{"cpu":"1","memory":"64Mi"}},"containers":[{"name":"c","image":"i"}]}}""")).Good();
        var pod = $"{space}/pods/p";
        var resized = (await PatchAsync(pod, """{"spec":{"resources":{"requests":{"cpu":"2"}}}}""")).Good().Body!;
        Assert.Equal("""{"cpu":"2","memory":"64Mi"}""", resized["spec"]!["resources"]!["requests"]!.ToJsonString());
        Assert.Contains(
            "spec.resources.requests: Forbidden: resource requests cannot be removed",
            (await PatchAsync(pod, """{"spec":{"resources":{"requests":{"cpu":null}}}}""")).Refused(422, "Invalid"));
    }

    [Fact]
    public async Task By_the_pods_own_door_resources_stay()
    {
        var pod = await NewPodAsync("""{"requests":{"cpu":"100m"}}""");
        const string patch = """{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"200m"}}}]}}""";
        Assert.Contains("pod updates may not change fields other than", (await api.SendAsync("PATCH", pod, patch, Strategic)).Refused(422, "Invalid"));
    }

    private Task<Answer> PatchAsync(string pod, string patch) => api.SendAsync("PATCH", $"{pod}/resize", patch, Strategic);

    private async Task<string> NewPodAsync(string resources)
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync(
            $"{space}/pods",
            """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","resources":RESOURCES}]}}""".Replace("RESOURCES", resources))).Good();
        return $"{space}/pods/p";
    }
}
