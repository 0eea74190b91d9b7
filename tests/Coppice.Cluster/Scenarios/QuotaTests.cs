using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Rows 001.12 and 001.14: what does not fit into a namespace's quota is not made, everybody can see why, and it comes when there is room.</summary>
public sealed class QuotaTests(SharedCluster shared, ITestOutputHelper output)
{
    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_replica_set_says_why_it_has_no_pods_and_gets_them_when_the_quota_is_raised(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync(version, "create", "quota", "memory", "--hard=limits.memory=100Mi");
        await ns.ApplyAsync(Deployment(2, "limits: {memory: 200Mi}"));
        var set = await Eventually.SeeAsync("a ReplicaSet", Patience, () => ns.RunAsync("get", "rs", "-o", "jsonpath={.items[*].metadata.name}"), seen => seen.Length > 0);

        const string why = "exceeded quota: memory, requested: limits.memory=200Mi, used: limits.memory=0, limited: limits.memory=100Mi";
        var told = await Eventually.SeeAsync("the refusal", Patience, () => ns.RunAsync(version, "describe", "rs", set), seen => seen.Contains("exceeded quota", StringComparison.Ordinal));
        Assert.Matches(@"Warning +FailedCreate .* replicaset-controller +Error creating: pods ""web-.*"" is forbidden: " + why, told);
        Assert.Contains("0 current / 2 desired", told, StringComparison.Ordinal);
        await ns.SeesAsync("deployment/web", ".status.conditions[?(@.type==\"ReplicaFailure\")].reason", "FailedCreate", Patience);
        Assert.Contains(why, await ns.ValueAsync("deployment/web", ".status.conditions[?(@.type==\"ReplicaFailure\")].message"), StringComparison.Ordinal);
        Assert.Matches(@"ReplicaFailure +True +FailedCreate", await ns.RunAsync(version, "describe", "deployment", "web"));

        output.WriteLine($"From the raised quota to both pods: {(await RaiseAsync(ns)).TotalMilliseconds:n1} ms");
        await ns.SeesAsync("quota/memory", ".status.used.limits\\.memory", "400Mi", Patience);
        await ns.SeesAsync("deployment/web", ".status.conditions[?(@.type==\"ReplicaFailure\")].reason", "", Patience);
        Assert.Matches(@"limits.memory +400Mi +500Mi", await ns.RunAsync(version, "describe", "quota", "memory"));
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task Only_as_many_replicas_run_as_fit(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync(version, "create", "quota", "cpu", "--hard=requests.cpu=250m");
        await ns.ApplyAsync(Deployment(3, "requests: {cpu: 100m}"));
        await ns.RunAsync(version, "expose", "deployment", "web", "--port=80");

        await ns.SeesAsync("deployment/web", ".status.readyReplicas", "2", Patience);
        await Eventually.SeeAsync("two addresses", Patience, () => ns.RunAsync(version, "get", "endpoints", "web", "-o", "jsonpath={.subsets[0].addresses[*].ip}"),
            seen => seen.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 2);
        await Eventually.SeeAsync("what is used", Patience, () => ns.RunAsync(version, "get", "quota", "cpu"), seen => seen.Contains("requests.cpu: 200m/250m", StringComparison.Ordinal));
        await Eventually.SeeAsync("the refusal", Patience, () => ns.RunAsync(version, "describe", "rs"),
            seen => seen.Contains("exceeded quota: cpu, requested: requests.cpu=100m, used: requests.cpu=200m, limited: requests.cpu=250m", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_as_many_devices_of_a_class_are_asked_for_as_a_quota_allows()
    {
        var ns = await shared.NewNamespaceAsync();
        const string Quota = "gpus.deviceclass.resource.k8s.io/devices";
        await ns.RunAsync("create", "quota", "devices", $"--hard={Quota}=3");
        await ns.ApplyAsync(Claim("two", 2));
        await ns.SeesAsync("quota/devices", $".status.used.{Quota.Replace(".", "\\.", StringComparison.Ordinal)}", "2", Patience);

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => ns.ApplyAsync(Claim("more", 2)));
        Assert.Contains($"resourceclaims.resource.k8s.io \"more\" is forbidden: exceeded quota: devices, requested: {Quota}=2, used: {Quota}=2, limited: {Quota}=3", refused.Message);
        await ns.RunAsync("delete", "resourceclaim", "two");
        await ns.SeesAsync("quota/devices", $".status.used.{Quota.Replace(".", "\\.", StringComparison.Ordinal)}", "0", Patience);
        await ns.ApplyAsync(Claim("more", 2));
        Assert.Matches($@"{Quota} +2 +3", await Eventually.SeeAsync(
            "what is used", Patience, () => ns.RunAsync("describe", "quota", "devices"), seen => seen.Contains("  2  ", StringComparison.Ordinal)));

        static string Claim(string name, int count) => $$$$"""
            apiVersion: resource.k8s.io/v1
            kind: ResourceClaim
            metadata: {name: {{{{name}}}}}
            spec: {devices: {requests: [{name: one, exactly: {deviceClassName: gpus, allocationMode: ExactCount, count: {{{{count}}}}}}]}}
            """;
    }

    /// <summary>By a client whose requests take next to nothing.</summary>
    private static async Task<TimeSpan> RaiseAsync(TestNamespace ns)
    {
        using var api = await ns.Cluster.OpenHttpAsync();
        var path = $"/api/v1/namespaces/{ns.Name}";
        using var patch = new StringContent("""{"spec":{"hard":{"limits.memory":"500Mi"}}}""", Encoding.UTF8, "application/merge-patch+json");
        using (var answer = await api.PatchAsync($"{path}/resourcequotas/memory", patch))
        {
            answer.EnsureSuccessStatusCode();
        }

        var raised = Stopwatch.GetTimestamp();
        while (JsonDocument.Parse(await api.GetStringAsync($"{path}/pods")).RootElement.GetProperty("items").GetArrayLength() < 2)
        {
            Assert.True(Stopwatch.GetElapsedTime(raised) < Patience, "the pods do not come");
        }

        return Stopwatch.GetElapsedTime(raised);
    }

    private static string Deployment(int replicas, string resources) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: {{replicas}}
          selector: {matchLabels: {app: web} }
          template:
            metadata: {labels: {app: web} }
            spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve], resources: { {{resources}} } }]}
        """;
}
