using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Rows 001.12 and 001.14: what does not fit into a namespace's quota is not made, everybody can see why, and it comes when there is room.</summary>
public sealed class QuotaTests(SharedCluster shared)
{
    // From the write that raises it until the pods are there, with kubectl's own start and a watch that is asked again and again.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_replica_set_says_why_it_has_no_pods_and_gets_them_when_the_quota_is_raised()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("create", "quota", "memory", "--hard=limits.memory=100Mi");
        await ns.ApplyAsync(Deployment(2, "limits: {memory: 200Mi}"));
        var set = await Eventually.SeeAsync("a ReplicaSet", Patience, () => ns.RunAsync("get", "rs", "-o", "jsonpath={.items[*].metadata.name}"), seen => seen.Length > 0);

        var told = await Eventually.SeeAsync("the refusal", Patience, () => ns.RunAsync("describe", "rs", set), seen => seen.Contains("exceeded quota", StringComparison.Ordinal));
        Assert.Contains("exceeded quota: memory, requested: limits.memory=200Mi, used: limits.memory=0, limited: limits.memory=100Mi", told, StringComparison.Ordinal);
        Assert.Contains("0 current / 2 desired", told, StringComparison.Ordinal);
        Assert.Contains("FailedCreate", await ns.ValueAsync("deployment/web", ".status.conditions[?(@.type==\"ReplicaFailure\")].reason"), StringComparison.Ordinal);

        await ns.RunAsync("patch", "quota", "memory", "-p", """{"spec":{"hard":{"limits.memory":"500Mi"}}}""");
        await Eventually.SeeAsync("both pods", Soon, () => ns.RunAsync("get", "pods", "-o", "name"), seen => seen.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 2);
        await Eventually.SeeAsync("what is used", Soon, () => ns.ValueAsync("quota/memory", ".status.used.limits\\.memory"), seen => seen == "400Mi");
    }

    [Fact]
    public async Task Only_as_many_replicas_run_as_fit()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("create", "quota", "cpu", "--hard=requests.cpu=250m");
        await ns.ApplyAsync(Deployment(3, "requests: {cpu: 100m}"));
        await ns.RunAsync("expose", "deployment", "web", "--port=80");

        await Eventually.SeeAsync("two of three", Patience, () => ns.ValueAsync("deployment/web", ".status.readyReplicas"), seen => seen == "2");
        var endpoints = await Eventually.SeeAsync("two addresses", Patience, () => ns.ValueAsync("endpoints/web", ".subsets[0].addresses[*].ip"), seen => seen.Split(' ').Length == 2);
        Assert.DoesNotContain("  ", endpoints, StringComparison.Ordinal);
        Assert.Contains("requests.cpu: 200m/250m", await ns.RunAsync("get", "quota", "cpu"), StringComparison.Ordinal);
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
