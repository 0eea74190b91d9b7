using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>What the scheduler and the controllers do with more nodes than one.</summary>
[Collection(nameof(ThreeMachines))]
public sealed class ManyNodesTests(ThreeMachines machines)
{
    private const int RequestsPerSecond = 200;

    private RunningCluster Cluster => machines.Cluster;

    [Fact]
    public async Task Pods_of_one_owner_spread_over_the_nodes()
    {
        var ns = await Cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Web(ns, replicas: 6));
        await ns.ApplyAsync(Database(replicas: 3));
        await ns.SeesAsync("deployment/web", ".status.readyReplicas", "6", Patience);
        await ns.SeesAsync("statefulset/db", ".status.readyReplicas", "3", Patience);
        Assert.Equal(["node-1", "node-1", "node-2", "node-2", "node-3", "node-3"], await NodesAsync(ns, "web"));
        Assert.Equal(["node-1", "node-2", "node-3"], await NodesAsync(ns, "db"));
    }

    [Fact]
    public async Task A_node_that_joins_gets_its_daemon_and_one_that_is_removed_takes_its_pods_along()
    {
        var ns = await Cluster.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: agent}
            spec:
              selector: {matchLabels: {app: agent}}
              template:
                metadata: {labels: {app: agent}}
                spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: agent}
            spec: {selector: {app: agent}, ports: [{port: 80, targetPort: 8080}]}
            """);
        await ns.SeesAsync("daemonset/agent", ".status.numberReady", "3", Patience);
        await using (var fourth = await JoinedMachine.StartAsync(Cluster, 4))
        {
            await fourth.IsReadyAsync(Patience);
            await ns.SeesAsync("daemonset/agent", ".status.numberReady", "4", Patience);
            Assert.Equal(["node-1", "node-2", "node-3", "node-4"], await NodesAsync(ns, "agent"));
            await Eventually.SeeAsync("its address", Patience, () => EndpointsAsync(ns), seen => seen.Contains("node-4"));
            await fourth.PowerOffAsync();
            await Cluster.Kubectl.RunAsync(KubectlVersion.Newest, "delete", "node", "node-4");
            await Eventually.SeeAsync("no address of its pods", Patience, () => EndpointsAsync(ns), seen => !seen.Contains("node-4"));
            await Eventually.SeeAsync("no pod of it", Patience, () => NodesAsync(ns, "agent"), seen => !seen.Contains("node-4"));
            await fourth.MendAsync();
        }

        await ns.SeesAsync("daemonset/agent", ".status.numberReady", "3", Patience);
    }

    [Fact]
    public async Task A_volume_that_is_local_to_a_node_keeps_its_pod_there()
    {
        var ns = await Cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Database(replicas: 1));
        await ns.PodIsReadyAsync("db-0", Patience);
        var node = Assert.Single(await NodesAsync(ns, "db"));
        await ns.RunAsync("exec", "db-0", "--", "sh", "-c", "echo kept > /data/file");
        try
        {
            await Cluster.Kubectl.RunAsync(KubectlVersion.Newest, "cordon", node);
            await ns.RunAsync("delete", "pod", "db-0");
            await Eventually.SeeAsync("a pod that waits for its volume's node", Patience,
                () => ns.ValueAsync("pod/db-0", ".status.conditions[?(@.type==\"PodScheduled\")].message"),
                seen => seen.Contains("1 node(s) were unschedulable") && seen.Contains("2 node(s) didn't match PersistentVolume's node affinity"));
        }
        finally
        {
            await Cluster.Kubectl.RunAsync(KubectlVersion.Newest, "uncordon", node);
        }

        await ns.PodIsReadyAsync("db-0", Patience);
        Assert.Equal([node], await NodesAsync(ns, "db"));
        Assert.Equal("kept\n", await ns.RunAsync("exec", "db-0", "--", "cat", "/data/file"));
    }

    [Fact]
    public async Task A_rollout_during_a_drain_during_the_loss_of_a_node_comes_to_its_end_under_load()
    {
        var ns = await Cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Web(ns, replicas: 6));
        await ns.SeesAsync("deployment/web", ".status.readyReplicas", "6", Patience);
        var (drained, lost) = (machines.Joined[0], machines.Joined[1]);
        var url = $"http://{await ns.ValueAsync("service/web", ".spec.clusterIP")}/hostname";
        await using var load = SteadyLoad.Start(Cluster.Network, url, RequestsPerSecond);
        await Eventually.TrueAsync("a load that is answered", Patience, () => load.Answered > RequestsPerSecond);
        try
        {
            await ns.RunAsync("rollout", "restart", "deployment/web");
            var draining = Cluster.Kubectl.RunAsync(KubectlVersion.Newest, "drain", drained.Name, "--ignore-daemonsets", "--delete-emptydir-data", $"--pod-selector=of={ns.Name}", "--timeout=120s");
            await lost.CutAsync();
            await draining;
            await ns.RunAsync("rollout", "status", "deployment/web", "--timeout=120s");
            await Eventually.SeeAsync("six ready pods on the node that is left", Patience, () => ReadyNodesAsync(ns), seen => seen.SequenceEqual(Enumerable.Repeat("node-1", 6)));
            var answered = load.Answered;
            await Eventually.TrueAsync("a load that is answered again", Patience, () => load.Answered > answered + RequestsPerSecond);
        }
        finally
        {
            await lost.MendAsync();
            await Cluster.Kubectl.RunAsync(KubectlVersion.Newest, "uncordon", drained.Name);
        }

        await lost.IsReadyAsync(Patience);
        await Eventually.SeeAsync("the six and no other", Patience, () => NodesAsync(ns, "web"), seen => seen.Count == 6);

        // Those that were on their way to the node that was lost; none before, and none once the others know of it.
        await load.EndAsync();
    }

    /// <summary>The nodes of the pods, in order.</summary>
    private static async Task<IReadOnlyList<string>> NodesAsync(TestNamespace ns, string app) =>
        (await ns.RunAsync("get", "pods", "-l", $"app={app}", "-o", "jsonpath={.items[*].spec.nodeName}")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToList();

    private static async Task<IReadOnlyList<string>> ReadyNodesAsync(TestNamespace ns)
    {
        const string Path = "{range .items[*]}{.spec.nodeName} {.status.conditions[?(@.type==\"Ready\")].status} {.metadata.deletionTimestamp}{\"\\n\"}{end}";
        var lines = (await ns.RunAsync("get", "pods", "-l", "app=web", "-o", $"jsonpath={Path}")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [.. lines.Select(line => line.Split(' ')).Where(words => words is [_, "True"]).Select(words => words[0])];
    }

    private static Task<string> EndpointsAsync(TestNamespace ns) =>
        ns.RunAsync("get", "endpointslices", "-l", "kubernetes.io/service-name=agent", "-o", "jsonpath={.items[*].endpoints[*].nodeName}");

    private static string Web(TestNamespace ns, int replicas) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: {{replicas}}
          selector: {matchLabels: {app: web} }
          template:
            metadata: {labels: {app: web, of: {{ns.Name}} } }
            spec:
              terminationGracePeriodSeconds: 5
              containers:
              - name: app
                image: coppice/testapp:1
                args: [serve]
                readinessProbe: {httpGet: {path: /hostname, port: 8080}, periodSeconds: 1}
                lifecycle: {preStop: {exec: {command: [sleep, '1']} } }
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        """;

    /// <summary>Each with a volume on the node that it comes to, all at once.</summary>
    private static string Database(int replicas) => $$"""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db}
        spec:
          serviceName: db
          podManagementPolicy: Parallel
          replicas: {{replicas}}
          selector: {matchLabels: {app: db} }
          template:
            metadata: {labels: {app: db} }
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: app, image: coppice/testapp:1, args: [serve], volumeMounts: [{name: data, mountPath: /data}]}]
          volumeClaimTemplates:
          - metadata: {name: data}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi} } }
        """;
}
