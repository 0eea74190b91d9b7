namespace Coppice.ApiServer.Tests.Http;

/// <summary>Autoscalers are the same objects in both of their versions, and nothing of them is lost in either.</summary>
public sealed class AutoscalerTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Target = "\"scaleTargetRef\":{\"kind\":\"Deployment\",\"name\":\"web\",\"apiVersion\":\"apps/v1\"}";

    private const string Everything = $$"""
        "spec":{ {{Target}},"minReplicas":2,"maxReplicas":5,"metrics":[
        {"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":60} } },
        {"type":"ContainerResource","containerResource":{"name":"memory","target":{"type":"AverageValue","averageValue":"64Mi"},"container":"c"} },
        {"type":"Pods","pods":{"metric":{"name":"q","selector":{"matchLabels":{"a":"b"} } },"target":{"type":"AverageValue","averageValue":"5"} } },
        {"type":"Object","object":{"describedObject":{"kind":"Ingress","name":"i"},"target":{"type":"Value","value":"10"},"metric":{"name":"r"} } },
        {"type":"External","external":{"metric":{"name":"e"},"target":{"type":"AverageValue","averageValue":"30"} } }],
        "behavior":{"scaleUp":{"stabilizationWindowSeconds":10,"tolerance":"50m","policies":[{"type":"Pods","value":1,"periodSeconds":60}] } } }
        """;

    private const string Status = """
        {"status":{"currentReplicas":2,"desiredReplicas":3,
        "currentMetrics":[{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":90,"averageValue":"90m"}}}],
        "conditions":[{"type":"AbleToScale","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z","reason":"ReadyForNewScale","message":"m"}]}}
        """;

    [Fact]
    public async Task What_the_older_version_has_no_field_for_stands_in_annotations()
    {
        var (newer, older) = await PathsAsync();
        (await api.PostAsync(newer, $$$"""{"metadata":{"name":"web","annotations":{"mine":"x","autoscaling.alpha.kubernetes.io/metrics":"stale"}},{{{Everything}}}}""")).Good();
        (await api.PatchAsync($"{newer}/web/status", Status)).Good();
        var whole = (await api.GetAsync($"{newer}/web")).Good().Body!;
        Assert.Equal("""{"mine":"x"}""", whole["metadata"]!["annotations"]!.ToJsonString());

        var old = (await api.GetAsync($"{older}/web")).Good().Body!;
        Assert.Equal("autoscaling/v1", (string?)old["apiVersion"]);
        Assert.Equal(60, (int?)old["spec"]!["targetCPUUtilizationPercentage"]);
        Assert.Equal(90, (int?)old["status"]!["currentCPUUtilizationPercentage"]);
        var notes = old["metadata"]!["annotations"]!;
        Assert.Equal(
            """[{"type":"ContainerResource","containerResource":{"name":"memory","targetAverageValue":"64Mi","container":"c"}},{"type":"Pods","pods":{"metricName":"q","targetAverageValue":"5","selector":{"matchLabels":{"a":"b"}}}},{"type":"Object","object":{"target":{"kind":"Ingress","name":"i"},"metricName":"r","targetValue":"10"}},{"type":"External","external":{"metricName":"e","targetAverageValue":"30"}}]""",
            (string?)notes["autoscaling.alpha.kubernetes.io/metrics"]);
        Assert.Equal(
            """{"ScaleUp":{"StabilizationWindowSeconds":10,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":1,"PeriodSeconds":60}],"Tolerance":"50m"},"ScaleDown":{"StabilizationWindowSeconds":null,"SelectPolicy":"Max","Policies":[{"Type":"Percent","Value":100,"PeriodSeconds":15}],"Tolerance":null}}""",
            (string?)notes["autoscaling.alpha.kubernetes.io/behavior"]);
        Assert.Equal(
            """[{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":90,"currentAverageValue":"90m"}}]""",
            (string?)notes["autoscaling.alpha.kubernetes.io/current-metrics"]);
        Assert.Equal(
            """[{"type":"AbleToScale","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z","reason":"ReadyForNewScale","message":"m"}]""",
            (string?)notes["autoscaling.alpha.kubernetes.io/conditions"]);

        // Whoever writes it back in the older version changes what he says and nothing else; processor use comes last then.
        old["spec"]!["maxReplicas"] = 7;
        (await api.SendAsync("PUT", $"{older}/web", old.ToJsonString())).Good();
        var back = (await api.GetAsync($"{newer}/web")).Good().Body!;
        whole["spec"]!["maxReplicas"] = 7;
        var metrics = whole["spec"]!["metrics"]!.AsArray();
        var cpu = metrics[0]!.DeepClone();
        metrics.RemoveAt(0);
        metrics.Add(cpu);
        Assert.Equal(whole["spec"]!.ToJsonString(), back["spec"]!.ToJsonString());
        Assert.Equal(whole["status"]!.ToJsonString(), back["status"]!.ToJsonString());
    }

    [Fact]
    public async Task One_that_goes_by_nothing_goes_by_eighty_percent_of_the_processor()
    {
        var (newer, older) = await PathsAsync();
        var made = (await api.PostAsync(older, $$$"""{"metadata":{"name":"web"},"spec":{{{{Target}}},"maxReplicas":5}}""")).Good().Body!;
        Assert.Equal((1, 80), ((int)made["spec"]!["minReplicas"]!, (int)made["spec"]!["targetCPUUtilizationPercentage"]!));
        Assert.Equal(80, (int?)(await api.GetAsync($"{newer}/web")).Good().Body!["spec"]!["metrics"]![0]!["resource"]!["target"]!["averageUtilization"]);
        Assert.Null(made["metadata"]!["generation"]);
    }

    [Fact]
    public async Task An_annotation_that_cannot_be_read_says_nothing()
    {
        var (newer, older) = await PathsAsync();
        (await api.PostAsync(
            older,
            $$$"""{"metadata":{"name":"web","annotations":{"autoscaling.alpha.kubernetes.io/metrics":"[{","autoscaling.alpha.kubernetes.io/behavior":"7"}},"spec":{{{{Target}}},"maxReplicas":5}}""")).Good();
        var whole = (await api.GetAsync($"{newer}/web")).Good().Body!;
        Assert.Null(whole["metadata"]!["annotations"]);
        Assert.Null(whole["spec"]!["behavior"]);
    }

    // The older version has the use of the processor as its last figure.
    [Theory]
    [InlineData("v2", "a Deployment/web cpu: 90%/60%, memory: <unknown>/64Mi + 3 more... 2 5 2")]
    [InlineData("v1", "a Deployment/web memory: <unknown>/64Mi, <unknown>/5 + 3 more... 2 5 2")]
    public async Task A_list_in_either_version_has_all_and_prints_them(string version, string first)
    {
        var (newer, older) = await PathsAsync();
        (await api.PostAsync(newer, $$$"""{"metadata":{"name":"a"},{{{Everything}}}}""")).Good();
        (await api.PostAsync(older, $$$"""{"metadata":{"name":"b"},"spec":{{{{Target}}},"maxReplicas":5}}""")).Good();
        (await api.PatchAsync($"{newer}/a/status", Status)).Good();
        var path = version == "v2" ? newer : older;
        Assert.Equal(["a", "b"], (await api.GetAsync(path)).Good().Body!["items"]!.AsArray().Select(item => (string?)item!["metadata"]!["name"]));
        var rows = (await api.GetAsync(path, "application/json;as=Table;v=v1;g=meta.k8s.io")).Good().Body!["rows"]!.AsArray();
        Assert.Equal(
            [first, "b Deployment/web cpu: <unknown>/80% 1 5 0"],
            rows.Select(row => string.Join(' ', row!["cells"]!.AsArray().Take(6).Select(cell => cell!.ToString()))));
    }

    private async Task<(string Newer, string Older)> PathsAsync()
    {
        var space = (await api.NewNamespaceAsync())["/api/v1/namespaces/".Length..];
        return ($"/apis/autoscaling/v2/namespaces/{space}/horizontalpodautoscalers", $"/apis/autoscaling/v1/namespaces/{space}/horizontalpodautoscalers");
    }
}
