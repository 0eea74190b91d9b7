namespace Coppice.ApiServer.Tests.Http;

/// <summary>Namespaces that ask their pods to keep to a standard.</summary>
public sealed class PodSecurityTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string MergePatch = "application/merge-patch+json";
    private const string Bad = """{"metadata":{"name":"NAME"},"spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i"}]}}""";
    private const string Template = """{"metadata":{"labels":{"a":"b"} },"spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i"}]} }""";
    private const string HostNetwork = "host namespaces (hostNetwork=true)";

    [Fact]
    public async Task A_pod_that_violates_what_is_enforced_is_refused()
    {
        var space = await LabeledAsync("enforce", "baseline");
        Assert.Equal(
            $"pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\": {HostNetwork}",
            (await api.PostAsync($"{space}/pods", Pod("p"))).Refused(403, "Forbidden"));
        (await api.PostAsync($"{space}/pods", Pod("p").Replace("\"hostNetwork\":true,", "", StringComparison.Ordinal))).Good();

        const string Debugger = """{"spec":{"ephemeralContainers":[{"name":"d","image":"i","securityContext":{"privileged":true}}]}}""";
        Assert.EndsWith(
            "privileged (container \"d\" must not set securityContext.privileged=true)",
            (await api.SendAsync("PATCH", $"{space}/pods/p/ephemeralcontainers", Debugger, "application/strategic-merge-patch+json")).Refused(403, "Forbidden"));
    }

    [Fact]
    public async Task What_is_only_warned_of_is_made_and_told_also_of_what_will_make_pods()
    {
        var space = await LabeledAsync("warn", "baseline");
        Assert.Equal([$"would violate PodSecurity \"baseline:latest\": {HostNetwork}"], Said((await api.PostAsync($"{space}/pods", Pod("p"))).Good()));

        var deployment = $$"""{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"} },"template":{{Template}} } }""";
        Assert.Equal(
            [$"would violate PodSecurity \"baseline:latest\": {HostNetwork}"],
            Said((await api.PostAsync($"/apis/apps/v1/{space["/api/v1/".Length..]}/deployments", deployment)).Good()));
    }

    [Fact]
    public async Task What_will_make_pods_is_never_refused()
    {
        var space = await LabeledAsync("enforce", "baseline");
        var set = $$"""{"metadata":{"name":"s"},"spec":{"selector":{"matchLabels":{"a":"b"} },"template":{{Template}} } }""";
        Assert.Empty(Said((await api.PostAsync($"/apis/apps/v1/{space["/api/v1/".Length..]}/replicasets", set)).Good()));
    }

    [Fact]
    public async Task A_namespace_that_becomes_stricter_tells_which_pods_would_be_refused()
    {
        var space = await api.NewNamespaceAsync();
        foreach (var name in new[] { "b", "a" })
        {
            (await api.PostAsync($"{space}/pods", Pod(name))).Good();
        }

        Assert.Equal(
            [
                $"existing pods in namespace \"{space.Split('/')[^1]}\" violate the new PodSecurity enforce level \"restricted:v1.30\"",
                "a (and 1 other pod): host namespaces, allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile",
            ],
            Said((await LabelAsync(space, "\"pod-security.kubernetes.io/enforce\":\"restricted\",\"pod-security.kubernetes.io/enforce-version\":\"v1.30\"")).Good()));
        Assert.Empty(Said((await LabelAsync(space, "\"pod-security.kubernetes.io/enforce\":\"baseline\"")).Good()));
    }

    [Fact]
    public async Task Labels_that_say_nothing_known_are_refused()
    {
        var space = await api.NewNamespaceAsync();
        var name = space.Split('/')[^1];
        Assert.Equal(
            $"Namespace \"{name}\" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"strict\": must be one of privileged, baseline, restricted",
            (await LabelAsync(space, "\"pod-security.kubernetes.io/enforce\":\"strict\"")).Refused(422, "Invalid"));
        Assert.Equal(
            $"Namespace \"{name}\" is invalid: metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: \"1.30\": must be \"latest\" or \"v1.x\"",
            (await LabelAsync(space, "\"pod-security.kubernetes.io/warn-version\":\"1.30\"")).Refused(422, "Invalid"));
    }

    /// <summary>The warnings without what stands around them in the header.</summary>
    private static IEnumerable<string> Said(Answer answer) =>
        answer.Warnings.Select(warning => warning["299 - \"".Length..^1].Replace("\\\"", "\"", StringComparison.Ordinal));

    private static string Pod(string name) => Bad.Replace("NAME", name, StringComparison.Ordinal);

    private async Task<string> LabeledAsync(string mode, string level)
    {
        var space = await api.NewNamespaceAsync();
        (await LabelAsync(space, $"\"pod-security.kubernetes.io/{mode}\":\"{level}\"")).Good();
        return space;
    }

    private Task<Answer> LabelAsync(string space, string labels) => api.SendAsync("PATCH", space, $$"""{"metadata":{"labels":{ {{labels}} } } }""", MergePatch);
}
