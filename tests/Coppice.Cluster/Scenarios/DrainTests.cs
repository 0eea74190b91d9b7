using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Row 002.4: what a drain refuses to do, and says; and that it does it as soon as it may.</summary>
[Collection(nameof(Alone))]
public sealed class DrainTests(SharedCluster shared)
{
    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_drain_spares_daemons_and_keeps_to_budgets(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Workloads(ns.Name));
        await ns.SeesAsync("daemonset/agent", ".status.numberReady", "1", Patience);
        await ns.SeesAsync("deployment/web", ".status.readyReplicas", "2", Patience);
        await ns.SeesAsync("pdb/web", ".status.disruptionsAllowed", "0", Patience);
        var daemon = await ns.RunAsync("get", "pods", "-l", "app=agent", "-o", "jsonpath={.items[0].metadata.name}");
        IReadOnlyList<string> drain = ["drain", "node-1", $"--pod-selector=of={ns.Name}"];
        try
        {
            var refused = await ns.TryAsync(version, drain);
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains($"(use --ignore-daemonsets to ignore): {ns.Name}/{daemon}", refused.Error, StringComparison.Ordinal);
            await ns.SeesAsync("deployment/web", ".status.readyReplicas", "2", Patience);

            var kept = await ns.TryAsync(version, [.. drain, "--ignore-daemonsets", "--timeout=4s"]);
            Assert.NotEqual(0, kept.ExitCode);
            Assert.Contains("Cannot evict pod as it would violate the pod's disruption budget.", kept.Error, StringComparison.Ordinal);
            Assert.Contains($"gnoring DaemonSet-managed Pods: {ns.Name}/{daemon}", kept.Error, StringComparison.Ordinal);
            Assert.Equal("2", await ns.ValueAsync("deployment/web", ".status.readyReplicas"));

            await ns.RunAsync(version, "patch", "pdb", "web", "--type=merge", "-p", """{"spec":{"minAvailable":0}}""");
            await ns.SeesAsync("pdb/web", ".status.disruptionsAllowed", "2", Patience);
            var done = await ns.RunAsync(version, [.. drain, "--ignore-daemonsets", "--timeout=110s"]);
            Assert.Equal(2, done.Split('\n').Count(line => line.StartsWith("pod/web-", StringComparison.Ordinal) && line.EndsWith(" evicted", StringComparison.Ordinal)));
            await Eventually.SeeAsync("two pods that wait for a node", Patience, () => ns.RunAsync(version, "get", "pods", "-l", "app=web", "--field-selector=status.phase=Pending", "-o", "name"),
                seen => seen.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 2);
            Assert.Equal("1", await ns.ValueAsync("daemonset/agent", ".status.numberReady"));
        }
        finally
        {
            await ns.TryAsync(version, "uncordon", "node-1");
        }

        await ns.SeesAsync("deployment/web", ".status.readyReplicas", "2", Patience);
    }

    private static string Workloads(string of) => $$"""
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: agent}
        spec:
          selector: {matchLabels: {app: agent} }
          template:
            metadata: {labels: {app: agent, of: {{of}} } }
            spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web} }
          template:
            metadata: {labels: {app: web, of: {{of}} } }
            spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: web}
        spec: {minAvailable: 2, selector: {matchLabels: {app: web} } }
        """;
}
