namespace Coppice.ApiServer.Tests.Http;

/// <summary>Requests that ask for what cannot be: refused in Kubernetes' words, or made the best of, and never a failure of ours.</summary>
public sealed class HostileRequestTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Theory]
    [InlineData("tailLines=-1", "tailLines: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("limitBytes=0", "limitBytes: Invalid value: 0: must be greater than 0")]
    [InlineData("sinceSeconds=0", "sinceSeconds: Invalid value: 0: must be greater than 0")]
    [InlineData("sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z", "[]: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified")]
    public async Task A_log_is_refused_for(string query, string cause)
    {
        var pod = await NewPodAsync("""{"containers":[{"name":"c","image":"i"}]}""");
        Assert.Equal($"PodLogOptions \"p\" is invalid: {cause}", (await api.GetAsync($"{pod}/log?{query}")).Refused(422, "Invalid"));
    }

    [Theory]
    [InlineData("log?sinceSeconds=99999999999")]
    [InlineData("log?sinceSeconds=9223372036854775807")]
    [InlineData("log?tailLines=9223372036854775807&limitBytes=9223372036854775807")]
    public async Task A_number_of_any_size_is_made_the_best_of(string query)
    {
        var pod = await NewPodAsync("""{"containers":[{"name":"c","image":"i"}]}""");
        (await api.GetAsync($"{pod}/{query}")).Good();
    }

    [Theory]
    [InlineData("4294968")]
    [InlineData("9223372036854775807")]
    public async Task A_watch_may_last_as_long_as_anybody_likes(string seconds)
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        using var answer = await api.Admin.GetAsync(
            $"{space}/configmaps?watch=1&timeoutSeconds={seconds}", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        Assert.Contains("\"ADDED\"", await lines.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("", "922337203685")]
    [InlineData("", "9223372036854775807")]
    [InlineData("922337203685", "30")]
    [InlineData("9223372036854775807", "30")]
    [InlineData("-9223372036854775808", "30")]
    public async Task A_pod_with_any_time_for_its_end_can_be_deleted(string asked, string own)
    {
        var pod = await NewPodAsync($$"""{"nodeName":"n","terminationGracePeriodSeconds":{{own}},"containers":[{"name":"c","image":"i"}]}""");
        var going = (await api.SendAsync("DELETE", asked.Length == 0 ? pod : $"{pod}?gracePeriodSeconds={asked}")).Good();
        Assert.NotNull(going.Body!["metadata"]!["deletionTimestamp"]);
        var sooner = (await api.SendAsync("DELETE", pod, """{"gracePeriodSeconds":5}""")).Good().Body!["metadata"]!;
        Assert.True((long)sooner["deletionGracePeriodSeconds"]! <= 5, sooner.ToJsonString());
        var end = DateTimeOffset.Parse((string)sooner["deletionTimestamp"]!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(end, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));
        (await api.SendAsync("DELETE", pod, """{"gracePeriodSeconds":0}""")).Good();
        (await api.GetAsync(pod)).Refused(404, "NotFound");
    }

    [Theory]
    [InlineData("""{"priority":1000,"containers":[{"name":"c","image":"i"}]}""", "the integer value of priority (1000) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name")]
    [InlineData("""{"priority":5,"priorityClassName":"system-node-critical","containers":[{"name":"c","image":"i"}]}""", "the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 2000001000 from the given PriorityClass name")]
    [InlineData("""{"priorityClassName":"mine","containers":[{"name":"c","image":"i"}]}""", "no PriorityClass with name mine was found")]
    [InlineData("""{"preemptionPolicy":"Never","containers":[{"name":"c","image":"i"}]}""", "the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name")]
    public async Task A_priority_is_that_of_its_class(string spec, string why)
    {
        var space = await api.NewNamespaceAsync();
        var refused = await api.PostAsync($"{space}/pods", $$$"""{"metadata":{"name":"p"},"spec":{{{spec}}} }""");
        Assert.Equal($"pods \"p\" is forbidden: {why}", refused.Refused(403, "Forbidden"));
    }

    [Fact]
    public async Task A_pod_gets_the_priority_of_its_class_and_keeps_it()
    {
        var pod = await NewPodAsync("""{"priorityClassName":"system-cluster-critical","containers":[{"name":"c","image":"i"}]}""");
        var made = (await api.GetAsync(pod)).Good().Body!;
        Assert.Equal(2_000_000_000, (int?)made["spec"]!["priority"]);
        Assert.Equal("PreemptLowerPriority", (string?)made["spec"]!["preemptionPolicy"]);
        made["spec"]!.AsObject().Remove("priority");
        made["spec"]!.AsObject().Remove("preemptionPolicy");
        var put = (await api.SendAsync("PUT", pod, made.ToJsonString())).Good().Body!;
        Assert.Equal(2_000_000_000, (int?)put["spec"]!["priority"]);
        Assert.Equal(1, (int?)put["metadata"]!["generation"]);
    }

    [Theory]
    [InlineData(""" "clusterIP":"None","clusterIPs":["None","x"] """, "spec.clusterIPs: Invalid value: [\"None\",\"x\"]: 'None' must be the first and only value")]
    [InlineData(""" "clusterIPs":["None"] """, "spec.clusterIPs: Invalid value: [\"None\"]: must be empty when `clusterIP` is not specified")]
    [InlineData(""" "ipFamilyPolicy":"RequireDualStack" """, "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services")]
    public async Task A_service_is_refused_before_it_is_given_an_address(string fields, string cause)
    {
        var space = await api.NewNamespaceAsync();
        Assert.Contains(cause, (await api.PostAsync($"{space}/services", $$$"""{"metadata":{"name":"s"},"spec":{"ports":[{"port":80}],{{{fields}}} } }""")).Refused(422, "Invalid"));
    }

    [Fact]
    public async Task An_eviction_comes_in_both_of_its_versions_and_for_its_pod_only()
    {
        var pod = await NewPodAsync("""{"containers":[{"name":"c","image":"i"}]}""");
        (await api.PostAsync($"{pod}/eviction?dryRun=All", """{"apiVersion":"policy/v1beta1","kind":"Eviction","metadata":{"name":"p"}}""")).Good();
        (await api.PostAsync($"{pod}/eviction?dryRun=All", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}""")).Good();
        (await api.PostAsync($"{pod}/eviction", """{"apiVersion":"policy/v2","kind":"Eviction","metadata":{"name":"p"}}""")).Refused(400, "BadRequest");
        Assert.Equal(
            "name in URL does not match name in Eviction object",
            (await api.PostAsync($"{pod}/eviction", """{"metadata":{"name":"q"}}""")).Refused(400, "BadRequest"));
        (await api.PostAsync($"{pod}/eviction", """{"apiVersion":"policy/v1beta1","kind":"Eviction","metadata":{"name":"p"}}""")).Good();
        (await api.GetAsync(pod)).Refused(404, "NotFound");
    }

    private async Task<string> NewPodAsync(string spec)
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/pods", $$$"""{"metadata":{"name":"p"},"spec":{{{spec}}} }""")).Good();
        return $"{space}/pods/p";
    }
}
