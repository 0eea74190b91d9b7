using System.Diagnostics;
using System.Globalization;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Faults;

/// <summary>
/// A node of three is cut off, suspended or loses its power, under a steady load. What must not run twice says all the time on which
/// node it runs, in a file that all machines of the test share, as a volume of one writer would be.
/// </summary>
[Collection(nameof(Alone))]
public sealed class NodeDeathTests(ITestOutputHelper output)
{
    private const int RequestsPerSecond = 200;

    // A machine that has nothing else to do takes 10 s; a lease that is renewed unheard would make it 40 s more.
    private static readonly TimeSpan FencedWithin = TimeSpan.FromSeconds(40);

    [Fact]
    public Task A_node_that_is_cut_off_is_replaced_within_seconds_and_nothing_writes_twice() => InWorldAsync(async (world, second) =>
    {
        await world.LoseAsync("cut off both ways", () => second.CutAsync(), second.MendAsync);
        await world.LoseAsync("cut off on the way to the server", () => second.CutAsync(outward: true, inward: false), second.MendAsync);
        await world.LoseAsync("cut off on the way from the server", () => second.CutAsync(outward: false, inward: true), second.MendAsync);
    });

    [Fact]
    public Task A_node_whose_agent_is_suspended_is_replaced_within_seconds_and_nothing_writes_twice() => InWorldAsync(async (world, second) =>
    {
        await world.LoseAsync("agent suspended", () => Send(Signal.Stop), () => Send(Signal.Continue));

        Task Send(Signal signal)
        {
            Processes.Signal(second.Coppice, signal);
            return Task.CompletedTask;
        }
    });

    // Not after it was away for some seconds: then it would be given as many again.
    [Fact]
    public Task A_node_whose_power_fails_is_replaced_within_seconds_and_nothing_writes_twice() =>
        InWorldAsync((world, second) => world.LoseAsync("power off", second.PowerOffAsync, null));

    private async Task InWorldAsync(Func<World, JoinedMachine, Task> act)
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        await using var second = await JoinedMachine.StartAsync(cluster, 2);
        await using var third = await JoinedMachine.StartAsync(cluster, 3);
        await second.IsReadyAsync(Patience);
        await third.IsReadyAsync(Patience);
        var ns = await cluster.NewNamespaceAsync();
        var shared = Directory.CreateDirectory(Path.Combine(cluster.Folders.Home, "shared")).FullName;
        var world = new World(cluster, ns, second, third, Path.Combine(shared, "writes"), output);
        await world.IsOpenAsync();
        await ns.ApplyAsync(Manifest(shared));
        await world.IsWholeAsync();
        await act(world, second);

        // However busy the machine was with all that, nobody took the other for gone.
        Assert.Empty(await cluster.Kubectl.RunAsync(
            KubectlVersion.Newest, "get", "events", "-A", "--field-selector", "reason=NodeNotReady,involvedObject.kind=Node,involvedObject.name=node-3", "-o", "name"));
    }

    private static string Manifest(string shared) => """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 3
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              topologySpreadConstraints:
              - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
              containers: [{name: app, image: coppice/testapp:1, args: [serve], readinessProbe: {httpGet: {path: /hostname, port: 8080}, periodSeconds: 1}}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: bare}
        spec:
          nodeName: node-2
          tolerations: [{operator: Exists}]
          terminationGracePeriodSeconds: 1
          containers: [{name: app, image: coppice/testapp:1, args: [serve]}]
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
              terminationGracePeriodSeconds: 1
              affinity:
                nodeAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                  - {weight: 100, preference: {matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node-2]}]}}
              containers:
              - name: writer
                image: coppice/testapp:1
                env: [{name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
                command: [sh, -c, "while true; do read up rest < /proc/uptime; echo $NODE $up >> /shared/writes; sleep 0.05; done"]
                volumeMounts: [{name: shared, mountPath: /shared}]
              volumes: [{name: shared, hostPath: {path: SHARED}}]
        """.Replace("SHARED", shared, StringComparison.Ordinal);

    /// <summary>What there is, and what is seen of it when a node goes.</summary>
    private sealed class World(RunningCluster cluster, TestNamespace ns, JoinedMachine lost, JoinedMachine other, string writes, ITestOutputHelper output)
    {
        /// <summary>The node that is to be lost takes pods: its taints go a moment after it says that it is Ready.</summary>
        public async Task IsOpenAsync()
        {
            await lost.IsReadyAsync(Patience);
            await Eventually.SeeAsync($"no taint of {lost.Name}", Patience, () => cluster.Kubectl.ValueAsync(".spec.taints", "node", lost.Name), seen => seen.Length == 0);
        }

        /// <summary>Three pods serve, one of them on the node that is to be lost, and so does what must not run twice.</summary>
        public async Task IsWholeAsync()
        {
            await IsOpenAsync();
            await ns.PodIsReadyAsync("bare", Patience);
            await ns.SeesAsync("deployment/web", ".status.readyReplicas", "3", Patience);
            if (!(await NodesOfWebAsync()).Contains(lost.Name))
            {
                await ns.RunAsync("rollout", "restart", "deployment/web");
                await ns.RunAsync("rollout", "status", "deployment/web");
            }

            if (await ns.ValueAsync("pod/db-0", ".spec.nodeName") != lost.Name)
            {
                await ns.RunAsync("delete", "pod", "db-0", "--ignore-not-found");
            }

            await ns.SeesAsync("pod/db-0", ".spec.nodeName", lost.Name, Patience);
            await ns.PodIsReadyAsync("db-0", Patience);
            await Eventually.SeeAsync($"a pod of web on {lost.Name}", Patience, NodesOfWebAsync, seen => seen.Contains(lost.Name));
        }

        public async Task LoseAsync(string what, Func<Task> fault, Func<Task>? mend)
        {
            var address = (await ns.RunAsync("get", "pods", "-l", "app=web", "--field-selector", $"spec.nodeName={lost.Name}", "-o", "jsonpath={.items[0].status.podIP}")).Trim();
            var (before, bare) = (await ns.ValueAsync("pod/db-0", ".metadata.uid"), await ContainerAsync("bare"));
            await using var load = SteadyLoad.Start(cluster.Network, $"http://{await ns.ValueAsync("service/web", ".spec.clusterIP")}/hostname", RequestsPerSecond);
            await Eventually.TrueAsync("a load that is answered", Patience, () => load.Answered > RequestsPerSecond);

            var (clock, begun) = (Stopwatch.StartNew(), TimeProvider.System.GetUtcNow());
            await fault();
            await Eventually.TrueAsync($"rules without {address}", Patience, async () => !await HasRuleAsync(cluster.Inside, cluster.Instance) && !await HasRuleAsync(other.Inside, other.Instance));
            var rules = clock.Elapsed;
            await Eventually.SeeAsync("three ready pods elsewhere", Patience, NodesOfWebAsync, seen => seen.Count == 3 && !seen.Contains(lost.Name));
            var replaced = clock.Elapsed;
            await Eventually.TrueAsync("another db-0 that is ready", Patience, async () => await ns.ValueAsync("pod/db-0", ".metadata.uid") is { Length: > 0 } uid && uid != before
                && await ns.ValueAsync("pod/db-0", ".status.conditions[?(@.type==\"Ready\")].status") == "True");

            // As the cluster has it, in whole seconds: each look of kubectl's takes seconds where the machine is busy.
            var fenced = DateTimeOffset.Parse(
                await ns.ValueAsync("pod/db-0", ".status.conditions[?(@.type==\"Ready\")].lastTransitionTime"), CultureInfo.InvariantCulture) - begun;
            output.WriteLine($"{what}: rules without it after {rules.TotalSeconds:0.0} s, replaced after {replaced.TotalSeconds:0.0} s, what must not run twice after {fenced.TotalSeconds:0.0} s");
            Assert.True(fenced < FencedWithin, $"{what}: what must not run twice came back after {fenced}");
            await load.EndAsync();

            if (mend is not null)
            {
                await mend();
                await IsWholeAsync();
                Assert.Equal(bare, await ContainerAsync("bare"));
            }

            NothingWroteTwice(what);

            async Task<bool> HasRuleAsync(Func<Command, Command> inside, string instance) =>
                (await inside(new Command("nft", "list", "table", "ip", instance)).RunAsync()).OrThrow().Split(' ', '\t', '\n').Contains(address);
        }

        // The nodes take turns: once another has written, the one before writes only after that has ended again.
        private void NothingWroteTwice(string what)
        {
            var lines = File.ReadAllLines(writes).Select(line => line.Split(' ')).Where(words => words.Length == 2)
                .Select(words => (Node: words[0], At: double.Parse(words[1], CultureInfo.InvariantCulture))).ToList();
            var turns = lines.Where((line, index) => index == 0 || lines[index - 1].Node != line.Node).ToList();
            var expected = 2 * (_lost += 1);
            output.WriteLine($"{what}: {lines.Count} writes, turns of {string.Join(", ", turns.Select(turn => $"{turn.Node} from {turn.At:0.00}"))}, the last before each at {string.Join(", ", lines.Where((line, index) => index + 1 < lines.Count && lines[index + 1].Node != line.Node).Select(line => $"{line.At:0.00}"))}");
            Assert.True(turns.Count <= expected + 1, $"{turns.Count} turns, where {expected + 1} are expected");
        }

        private int _lost;

        private Task<string> ContainerAsync(string pod) => ns.ValueAsync($"pod/{pod}", ".status.containerStatuses[0].containerID");

        /// <summary>Of the pods that are ready and stay.</summary>
        private async Task<IReadOnlyList<string>> NodesOfWebAsync()
        {
            const string Path = "{range .items[*]}{.spec.nodeName} {.status.conditions[?(@.type==\"Ready\")].status} {.metadata.deletionTimestamp}{\"\\n\"}{end}";
            var lines = (await ns.RunAsync("get", "pods", "-l", "app=web", "-o", $"jsonpath={Path}")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return [.. lines.Select(line => line.Split(' ')).Where(words => words is [_, "True"]).Select(words => words[0])];
        }
    }
}
