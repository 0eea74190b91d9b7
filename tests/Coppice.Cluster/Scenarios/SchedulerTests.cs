using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>A scheduler that is told how to work, and pods that get the places of others.</summary>
public sealed class SchedulerTests
{
    private const string Configuration = """
        apiVersion: kubescheduler.config.k8s.io/v1
        kind: KubeSchedulerConfiguration
        profiles:
        - schedulerName: default-scheduler
        - schedulerName: picky
          pluginConfig:
          - name: NodeAffinity
            args:
              addedAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  nodeSelectorTerms: [{matchExpressions: [{key: pool, operator: Exists}]}]
        """;

    [Fact]
    public async Task Profiles_and_preemption_do_what_they_say()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "scheduler.yaml");
        await File.WriteAllTextAsync(file, Configuration);
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { Arguments = ["--scheduler-config", file] });
        var ns = await cluster.NewNamespaceAsync();

        // A profile keeps its pods off until a node is of its pool, and tells of them in its own name.
        await ns.ApplyAsync(Pod(ns, "picked", "schedulerName: picky"));
        const string Waits = ".status.conditions[?(@.type==\"PodScheduled\")].message";
        await ns.SeesAsync(
            "pod/picked", Waits,
            "0/1 nodes are available: 1 node(s) didn't match scheduler-enforced node affinity. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.", Patience);
        await Eventually.SeeAsync(
            "an event of the profile", Patience, () => ns.RunAsync("get", "events", "--field-selector=involvedObject.name=picked,reason=FailedScheduling", "-o=jsonpath={.items[*].source.component}"),
            seen => seen.Contains("picky", StringComparison.Ordinal));
        var node = await ns.ValueAsync("node", ".items[0].metadata.name");
        await ns.RunAsync("label", "node", node, "pool=a");
        await ns.PodIsReadyAsync("picked", Patience);

        // Of two that could go, the one goes that no budget keeps.
        await ns.RunAsync("patch", "node", node, "--subresource=status", "--patch", """{"status": {"capacity": {"example.com/room": "2"}, "allocatable": {"example.com/room": "2"}}}""");
        await ns.ApplyAsync(
            $$"""
            apiVersion: scheduling.k8s.io/v1
            kind: PriorityClass
            metadata: {name: major}
            value: 1000
            ---
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: keep, namespace: {{ns.Name}}}
            spec: {minAvailable: 1, selector: {matchLabels: {name: kept} } }
            ---
            {{Pod(ns, "kept", "schedulerName: default-scheduler", takesRoom: true)}}
            ---
            {{Pod(ns, "free", "schedulerName: picky", takesRoom: true)}}
            """);
        await ns.PodIsReadyAsync("kept", Patience);
        await ns.PodIsReadyAsync("free", Patience);
        await ns.SeesAsync("pdb/keep", ".status.currentHealthy", "1", Patience);
        await ns.ApplyAsync(Pod(ns, "major", "priorityClassName: major", takesRoom: true));
        await ns.PodIsReadyAsync("major", Patience);
        await Eventually.SeeAsync(
            "the end of the other", Patience, async () => string.Join(' ', (await ns.RunAsync("get", "pods", "-o=jsonpath={.items[*].metadata.name}")).Split(' ').Order()),
            seen => seen == "kept major picked");
        Assert.Matches(
            $"^Preempted by pod [-0-9a-f]{{36}} on node {node}$",
            await ns.RunAsync("get", "events", "--field-selector=involvedObject.name=free,reason=Preempted", "-o=jsonpath={.items[*].message}"));
    }

    /// <param name="scheduling">What of the pod's spec says how it is scheduled.</param>
    /// <param name="takesRoom">It needs one of the node's two places.</param>
    private static string Pod(TestNamespace ns, string name, string scheduling, bool takesRoom = false) =>
        $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{name}}, namespace: {{ns.Name}}, labels: {name: {{name}} } }
        spec: { {{scheduling}}, terminationGracePeriodSeconds: 1, containers: [{name: app, image: "nginx:1.16.0", resources: {limits: { {{(takesRoom ? "example.com/room: 1" : "")}} } } }] }
        """;
}
