using System.Collections.Concurrent;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Faults;

/// <summary>The disk of a data directory takes seconds for what should take milliseconds, or hangs, while pods serve and one must not run twice.</summary>
public sealed class SlowDiskTests
{
    // A commit of the store takes two at least.
    private const int WritesPerSecond = 2;

    // A container runtime on the same disk writes hundreds for a pod.
    private const int WritesPerSecondWithPods = 30;

    private const int RequestsPerSecond = 50;

    private const string Manifest = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web, labels: {app: web}}
        spec:
          nodeName: node-2
          containers: [{name: app, image: coppice/testapp:1, args: [serve], readinessProbe: {httpGet: {path: /hostname, port: 8080}, periodSeconds: 1}}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db}
        spec:
          serviceName: db
          selector: {matchLabels: {app: db}}
          template:
            metadata: {labels: {app: db}}
            spec:
              nodeSelector: {kubernetes.io/hostname: node-2}
              containers: [{name: app, image: coppice/testapp:1, args: [serve]}]
        """;

    [Fact]
    public async Task A_slow_disk_of_the_server_makes_writes_wait_and_says_so_while_every_node_and_pod_stays()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { HasDisk = true });
        await using var second = await JoinedMachine.StartAsync(cluster, 2);
        await using var world = await World.MakeAsync(cluster, second);
        using (cluster.Disk.Slow(WritesPerSecond))
        {
            await SaysThatItIsSlowAsync(cluster);
            await world.TakesPodsAsync("node-2");
            await world.RenewsLeasesAsync(times: 4);
        }

        using (cluster.Disk.Slow(WritesPerSecondWithPods))
        {
            await world.TakesPodsAsync("node-1");
        }

        await world.IsAsBeforeAsync();
        await Eventually.SeeAsync("no remark", Patience, () => DiskCheckAsync(cluster), seen => seen == "[+]disk ok\n");
    }

    [Fact]
    public async Task A_slow_disk_of_a_node_keeps_neither_its_pods_from_serving_nor_others_from_starting()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        await using var second = await JoinedMachine.CreateAsync(cluster, 2);
        await second.PutOnDiskAsync();
        await second.JoinAsync();
        await using var world = await World.MakeAsync(cluster, second);
        using (second.Disk.Slow(WritesPerSecondWithPods))
        {
            await world.TakesPodsAsync("node-2");
            await world.RenewsLeasesAsync(times: 4);
        }

        await world.IsAsBeforeAsync();
    }

    [Fact]
    public async Task A_disk_of_the_server_that_hangs_stops_writes_alone_and_they_go_on_with_it()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { HasDisk = true });
        await using var second = await JoinedMachine.StartAsync(cluster, 2);
        await using var world = await World.MakeAsync(cluster, second);
        var ns = await cluster.NewNamespaceAsync();
        Task<string> write;
        await using (await cluster.Disk.HangAsync())
        {
            write = ns.RunAsync("create", "configmap", "during", "--from-literal=a=1");
            await SaysThatItIsSlowAsync(cluster);

            // Longer than any grant, and than the patience with any silence.
            await world.IsAnsweredForAsync(TimeSpan.FromSeconds(20));
            Assert.Equal("True", await world.ReadyAsync("node-2"));
            Assert.False(write.IsCompleted);
        }

        Assert.Contains("created", await write);
        await world.TakesPodsAsync("node-2");
        await world.IsAsBeforeAsync();
    }

    [Fact]
    public async Task What_a_server_on_a_slow_disk_has_acknowledged_is_there_after_a_power_failure()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { HasDisk = true });
        var ns = await cluster.NewNamespaceAsync();
        var acknowledged = new ConcurrentQueue<string>();
        using var enough = new CancellationTokenSource();
        Task[] writers;
        string store;
        string[] before;
        using (cluster.Disk.Slow(WritesPerSecond))
        {
            writers = [.. Enumerable.Range(0, 4).Select(writer => WriteAsync($"writer-{writer}"))];
            await Eventually.TrueAsync("writes that are acknowledged", Patience, () => acknowledged.Count >= 20);
        }

        using (cluster.Disk.Slow(WritesPerSecond))
        {
            before = [.. acknowledged];
            store = await cluster.Disk.AfterPowerFailureAsync("store");
        }

        await enough.CancelAsync();
        await Task.WhenAll(writers);
        await cluster.Faults.KillCoppiceAsync();
        Directory.Delete(Path.Combine(cluster.DataDirectory, "store"), recursive: true);
        (await new Command("cp", "-a", store, cluster.DataDirectory).RunAsync()).OrThrow();
        await cluster.Faults.StartCoppiceAsync();
        await cluster.NodeIsReadyAsync(Patience);
        var found = (await ns.RunAsync("get", "configmaps", "-o", "name")).Split('\n');
        Assert.Empty(before.Except(found));

        async Task WriteAsync(string writer)
        {
            for (var number = 0; !enough.IsCancellationRequested; number++)
            {
                if (await ns.TryAsync(KubectlVersion.Newest, "create", "configmap", $"{writer}-{number}", "-o", "name") is { Succeeded: true } done)
                {
                    acknowledged.Enqueue(done.Output.Trim());
                }
            }
        }
    }

    private static async Task SaysThatItIsSlowAsync(RunningCluster cluster)
    {
        await Eventually.SeeAsync("the server's remark", Patience, () => DiskCheckAsync(cluster), seen => seen.StartsWith($"[+]disk ok (The disk under {cluster.DataDirectory}/store is slow: ", StringComparison.Ordinal));
        var status = await cluster.Inside(new Command(Repository.CoppiceBinary(), "status", "--data-dir", cluster.DataDirectory)).RunAsync();
        Assert.Matches("disk +WritesSlow +The disk", status.Output);
        Assert.Equal("ok", await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "--raw", "/readyz"));
    }

    private static async Task<string> DiskCheckAsync(RunningCluster cluster) =>
        (await cluster.Kubectl.TryAsync(KubectlVersion.Newest, "get", "--raw", "/readyz/disk?verbose")).Output;

    /// <summary>A pod that serves and one that must not run twice, both on the second node, and what may not happen to them.</summary>
    private sealed class World : IAsyncDisposable
    {
        private const string Containers = "{range .items[*]}{.metadata.uid} {.status.containerStatuses[*].containerID}{\"\\n\"}{end}";

        private readonly RunningCluster _cluster;
        private readonly TestNamespace _ns;
        private readonly SteadyLoad _load;
        private readonly string _containers;

        private World(RunningCluster cluster, TestNamespace ns, SteadyLoad load, string containers) =>
            (_cluster, _ns, _load, _containers) = (cluster, ns, load, containers);

        public static async Task<World> MakeAsync(RunningCluster cluster, JoinedMachine second)
        {
            await second.IsReadyAsync(Patience);
            var ns = await cluster.NewNamespaceAsync();
            await ns.ApplyAsync(Manifest);
            await ns.SeesAsync("statefulset/db", ".status.readyReplicas", "1", Patience);
            await ns.PodIsReadyAsync("web", Patience);
            var page = $"http://{await ns.ValueAsync("service/web", ".spec.clusterIP")}/hostname";

            // A pod that is ready is in the service's rules a moment later, and no request may be lost.
            await cluster.PageAsync(page);
            var load = SteadyLoad.Start(cluster.Network, page, RequestsPerSecond);
            await Eventually.TrueAsync("a load that is answered", Patience, () => load.Answered > RequestsPerSecond);
            return new World(cluster, ns, load, await ns.RunAsync("get", "pods", "web", "db-0", "-o", $"jsonpath={Containers}"));
        }

        /// <summary>A new pod there starts and is ready.</summary>
        public async Task TakesPodsAsync(string node)
        {
            await _ns.RunAsync("run", $"new-{node}", "--image=coppice/testapp:1", $"--overrides={{\"spec\":{{\"nodeName\":\"{node}\"}}}}", "--", "serve");
            await _ns.PodIsReadyAsync($"new-{node}", Patience);
        }

        /// <summary>Every node says so often that it is there, by what is written.</summary>
        public async Task RenewsLeasesAsync(int times)
        {
            string[] nodes = ["node-1", "node-2"];
            var last = new string[nodes.Length];
            for (var seen = 0; seen <= times; seen++)
            {
                for (var i = 0; i < nodes.Length; i++)
                {
                    var (node, before) = (nodes[i], last[i]);
                    last[i] = await Eventually.SeeAsync($"another lease of {node}", Patience, () => LeaseAsync(node), now => now != before);
                }
            }
        }

        public Task IsAnsweredForAsync(TimeSpan span)
        {
            var until = _load.Answered + (int)(span.TotalSeconds * RequestsPerSecond * 0.9);
            return Eventually.TrueAsync("pods that answer", Patience, () => _load.Answered > until);
        }

        public Task<string> ReadyAsync(string node) =>
            _cluster.Kubectl.ValueAsync(".status.conditions[?(@.type==\"Ready\")].status", "node", node);

        /// <summary>Nobody was taken for gone, no container was ended, and no request was lost.</summary>
        public async Task IsAsBeforeAsync()
        {
            Assert.Empty(await _load.EndAsync());
            Assert.Equal(_containers, await _ns.RunAsync("get", "pods", "web", "db-0", "-o", $"jsonpath={Containers}"));
            Assert.Empty(await _cluster.Kubectl.RunAsync(
                KubectlVersion.Newest, "get", "events", "-A", "--field-selector", "reason=NodeNotReady", "-o", "name"));
        }

        public ValueTask DisposeAsync() => _load.DisposeAsync();

        private Task<string> LeaseAsync(string node) => _cluster.Kubectl.ValueAsync(".spec.renewTime", "lease", node, "-n", "kube-node-lease");
    }
}
