using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Rows 002.3 and 002.4 with more machines than one: a node is taken out of service and comes back, and nobody who asks notices.</summary>
[Collection(nameof(ThreeMachines))]
public sealed class MaintenanceTests(ThreeMachines machines)
{
    private const int RequestsPerSecond = 100;
    private const string OnNode2 = "spec.nodeName=node-2";

    private RunningCluster Cluster => machines.Cluster;

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_cordoned_or_tainted_node_gets_no_pod_until_it_is_free_again(KubectlVersion version)
    {
        var ns = await Cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Web(ns, replicas: 3, ""));
        await SeesReadyAsync(ns, 3);
        Assert.Equal(["node-1", "node-2", "node-3"], await NodesAsync(ns));
        try
        {
            Assert.Contains("node/node-2 cordoned", await ns.RunAsync(version, "cordon", "node-2"));
            Assert.Matches("node-2 +Ready,SchedulingDisabled ", await ns.RunAsync(version, "get", "nodes"));
            await ns.RunAsync(version, "scale", "deployment", "web", "--replicas=9");
            await SeesReadyAsync(ns, 9);
            Assert.Equal(1, await CountAsync(ns, "node-2"));

            await ns.RunAsync(version, "uncordon", "node-2");
            Assert.Matches("node-2 +Ready ", await ns.RunAsync(version, "get", "nodes"));
            await ns.RunAsync(version, "scale", "deployment", "web", "--replicas=12");
            await SeesReadyAsync(ns, 12);
            Assert.Equal(4, await CountAsync(ns, "node-2"));

            Assert.Contains("node/node-2 tainted", await ns.RunAsync(version, "taint", "nodes", "node-2", "upkeep=soon:NoExecute"));
            await Eventually.SeeAsync("no pod on a node that drives them away", Patience, () => CountAsync(ns, "node-2"), seen => seen == 0);
            await SeesReadyAsync(ns, 12);
            Assert.Contains("node/node-2 untainted", await ns.RunAsync(version, "taint", "nodes", "node-2", "upkeep-"));

            Assert.Contains("node/node-2 labeled", await ns.RunAsync(version, "label", "node", "node-2", "disk=ssd"));
            await ns.RunAsync(version, "patch", "deployment", "web", "-p", """{"spec": {"replicas": 2, "template": {"spec": {"nodeSelector": {"disk": "ssd"} } } } }""");
            await Eventually.SeeAsync("both pods on the node of the label", Patience, () => NodesAsync(ns), seen => seen.SequenceEqual(["node-2", "node-2"]));
        }
        finally
        {
            await ns.TryAsync(version, "uncordon", "node-2");
            await ns.TryAsync(version, "taint", "nodes", "node-2", "upkeep-");
            await ns.TryAsync(version, "label", "node", "node-2", "disk-");
        }
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_node_is_drained_during_a_rollout_and_no_request_is_lost(KubectlVersion version)
    {
        var ns = await Cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Web(ns, replicas: 6, "lifecycle: {preStop: {exec: {command: [sleep, '1']} } }"));
        await ns.ApplyAsync($$"""
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: agent}
            spec:
              selector: {matchLabels: {app: agent} }
              template:
                metadata: {labels: {app: agent, of: {{ns.Name}} } }
                spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
            ---
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web}
            spec: {maxUnavailable: 1, selector: {matchLabels: {app: web} } }
            """);
        await SeesReadyAsync(ns, 6);
        await ns.SeesAsync("daemonset/agent", ".status.numberReady", "3", Patience);
        var daemon = await ns.RunAsync("get", "pods", "-l", "app=agent", "--field-selector", OnNode2, "-o", "jsonpath={.items[0].metadata.name}");
        var address = await ns.ValueAsync("service/web", ".spec.clusterIP");
        var port = await ns.ValueAsync("service/web", ".spec.ports[0].nodePort");
        await machines.OnNode("node-1").SeesAsync($"http://{address}/version", "1");
        await machines.OnNode("node-1").SeesAsync($"http://{machines.AddressOf("node-3")}:{port}/version", "1");
        await using var inside = SteadyLoad.Start(machines.NetworkOf("node-1"), $"http://{address}/version", RequestsPerSecond);
        await using var outside = SteadyLoad.Start(machines.NetworkOf("node-1"), $"http://{machines.AddressOf("node-3")}:{port}/version", RequestsPerSecond);
        try
        {
            IReadOnlyList<string> drain = ["drain", "node-2", $"--pod-selector=of={ns.Name}"];
            var refused = await ns.TryAsync(version, drain);
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains($"(use --ignore-daemonsets to ignore): ", refused.Error, StringComparison.Ordinal);
            Assert.Contains($"{ns.Name}/{daemon}", refused.Error, StringComparison.Ordinal);

            await ns.RunAsync(version, "rollout", "restart", "deployment", "web");
            var done = await ns.TryAsync(version, [.. drain, "--ignore-daemonsets", "--timeout=120s"]);
            Assert.True(done.Succeeded, done.ToString());
            Assert.Contains($"gnoring DaemonSet-managed Pods: {ns.Name}/{daemon}", done.Error, StringComparison.Ordinal);
            Assert.Equal(0, await CountAsync(ns, "node-2"));
            await ns.RunAsync(version, "rollout", "status", "deployment", "web", $"--timeout={Patience.TotalSeconds}s");
            await SeesReadyAsync(ns, 6);
            await ns.SeesAsync("daemonset/agent", ".status.numberReady", "3", Patience);
            await ns.RunAsync(version, "uncordon", "node-2");
            await ns.RunAsync(version, "rollout", "restart", "deployment", "web");
            await Eventually.SeeAsync("pods there again", Patience, () => CountAsync(ns, "node-2"), seen => seen > 0);
        }
        finally
        {
            await ns.TryAsync(version, "uncordon", "node-2");
        }

        Assert.Empty(await inside.EndAsync());
        Assert.Empty(await outside.EndAsync());
    }

    [Fact]
    public async Task Before_a_machine_is_switched_off_its_pods_end_in_order_and_others_take_their_place()
    {
        var ns = await Cluster.NewNamespaceAsync();
        var machine = machines.Joined[0];
        await ns.ApplyAsync(Web(ns, replicas: 3, "lifecycle: {preStop: {exec: {command: [sleep, '1']} } }"));
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: slow}
            spec:
              nodeName: node-2
              terminationGracePeriodSeconds: 60
              containers: [{name: app, image: coppice/testapp:1, args: [sleep, --term-delay=3s]}]
            """);
        await SeesReadyAsync(ns, 3);
        await ns.PodIsReadyAsync("slow", Patience);
        var there = await ns.RunAsync("get", "pods", "-l", "app=web", "--field-selector", OnNode2, "-o", "jsonpath={.items[0].metadata.name}");
        var address = await ns.ValueAsync("service/web", ".spec.clusterIP");
        await machines.OnNode("node-1").SeesAsync($"http://{address}/version", "1");
        await using var load = SteadyLoad.Start(machines.NetworkOf("node-1"), $"http://{address}/version", RequestsPerSecond);
        try
        {
            await machine.ShutDownAsync();

            // This first: once the node has been silent for a while, the cluster says that instead.
            Assert.Contains("node is shutting down", await ns.ValueAsync("node/node-2", ".status.conditions[?(@.type==\"Ready\")].message"));
            foreach (var pod in (string[])[there, "slow"])
            {
                Assert.Equal(
                    "Failed Terminated Pod was terminated in response to imminent node shutdown.",
                    await ns.ValueAsync($"pod/{pod}", ".status.phase} {.status.reason} {.status.message"));
                Assert.Equal(
                    "True TerminationByKubelet",
                    await ns.ValueAsync($"pod/{pod}", ".status.conditions[?(@.type==\"DisruptionTarget\")].status} {.status.conditions[?(@.type==\"DisruptionTarget\")].reason"));
            }

            // It was given the time that it took.
            Assert.Equal("0", await ns.ValueAsync("pod/slow", ".status.containerStatuses[0].state.terminated.exitCode"));
            await SeesReadyAsync(ns, 3);
        }
        finally
        {
            await machine.StartAgainAsync();
            await machine.IsReadyAsync(Patience);
        }

        Assert.Empty(await load.EndAsync());
    }

    private static Task<string> SeesReadyAsync(TestNamespace ns, int count) => ns.SeesAsync("deployment/web", ".status.readyReplicas", $"{count}", Patience);

    /// <summary>The nodes of the pods that stay, in order.</summary>
    private static async Task<IReadOnlyList<string>> NodesAsync(TestNamespace ns)
    {
        var list = await ns.GetAsync("pods", "-l", "app=web");
        return
        [
            .. list!.Value.GetProperty("items").EnumerateArray()
                .Where(pod => !pod.GetProperty("metadata").TryGetProperty("deletionTimestamp", out _))
                .Select(pod => pod.GetProperty("spec").TryGetProperty("nodeName", out var node) ? node.GetString()! : "")
                .Order(StringComparer.Ordinal),
        ];
    }

    private static async Task<int> CountAsync(TestNamespace ns, string node) => (await NodesAsync(ns)).Count(one => one == node);

    private static string Web(TestNamespace ns, int replicas, string more) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: {{replicas}}
          selector: {matchLabels: {app: web} }
          template:
            metadata: {labels: {app: web, of: {{ns.Name}} } }
            spec:
              terminationGracePeriodSeconds: 10
              containers:
              - name: app
                image: coppice/testapp:1
                args: [serve]
                readinessProbe: {httpGet: {path: /hostname, port: 8080}, periodSeconds: 1}
                {{more}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        """;
}
