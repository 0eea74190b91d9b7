using Coppice.Cluster.Harness;
using Coppice.Objects;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>What is done to running pods by doors of their own: more or less to use, and a drain that is only tried.</summary>
public sealed class ResizeAndDrainTests(SharedCluster shared)
{
    private const string MemoryLimit = "cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes";

    private const string Pending = ".status.conditions[?(@.type==\"PodResizePending\")]";
    private const string Allocated = ".status.containerStatuses[0].allocatedResources.memory";

    [Fact]
    public async Task A_running_pod_is_given_more_memory_without_a_restart()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Manifest(ns, "{requests: {cpu: 50m, memory: 32Mi}, limits: {memory: 64Mi}}"));
        await ns.PodIsReadyAsync("web", Patience);
        Assert.Equal($"{64 << 20}", (await ns.RunAsync("exec", "web", "--", "sh", "-c", MemoryLimit)).Trim());
        var id = await ns.ValueAsync("pod/web", ".status.containerStatuses[0].containerID");

        const string patch = """{"spec":{"containers":[{"name":"main","resources":{"requests":{"cpu":"100m"},"limits":{"memory":"128Mi"}}}]}}""";
        await ns.RunAsync("patch", "pod", "web", "--subresource", "resize", "--patch", patch);
        await ns.SeesAsync("pod/web", ".status.containerStatuses[0].resources.limits.memory", "128Mi", Patience);
        Assert.Equal($"{128 << 20}", (await ns.RunAsync("exec", "web", "--", "sh", "-c", MemoryLimit)).Trim());
        Assert.Equal(id, await ns.ValueAsync("pod/web", ".status.containerStatuses[0].containerID"));
        Assert.Equal("100m", await ns.ValueAsync("pod/web", ".status.containerStatuses[0].allocatedResources.cpu"));
    }

    [Fact]
    public async Task A_running_pod_is_given_only_what_the_node_has_when_it_has_it()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync($"{Manifest(ns, "{requests: {memory: 32Mi}}")}\n---\n{Manifest(ns, "{requests: {memory: 32Mi}}", "other")}");
        await ns.PodIsReadyAsync("web", Patience);
        await ns.PodIsReadyAsync("other", Patience);
        var memory = Quantity.Parse(await ns.ValueAsync($"node/{await ns.ValueAsync("pod/web", ".spec.nodeName")}", ".status.allocatable.memory")).Value;

        // More than there is: never.
        await ResizeAsync(ns, "web", memory * 2);
        await ns.SeesAsync("pod/web", Pending + ".reason", "Infeasible", Patience);
        Assert.Equal(
            $"Node didn't have enough capacity: memory, requested: {memory * 2}, capacity: {memory}", await ns.ValueAsync("pod/web", Pending + ".message"));
        Assert.Equal("32Mi", await ns.ValueAsync("pod/web", Allocated));

        // More than is left beside the other: when that is gone.
        await ResizeAsync(ns, "other", memory / 2);
        await ns.SeesAsync("pod/other", Allocated, $"{memory / 2}", Patience);
        await ResizeAsync(ns, "web", memory / 10 * 6);
        await ns.SeesAsync("pod/web", Pending + ".reason", "Deferred", Patience);
        Assert.StartsWith(
            $"Node didn't have enough resource: memory, requested: {memory / 10 * 6}, used: ", await ns.ValueAsync("pod/web", Pending + ".message"), StringComparison.Ordinal);
        Assert.Equal(await ns.ValueAsync("pod/web", ".metadata.generation"), await ns.ValueAsync("pod/web", Pending + ".observedGeneration"));
        Assert.Equal("32Mi", await ns.ValueAsync("pod/web", Allocated));

        await ns.RunAsync("delete", "pod", "other");
        await ns.SeesAsync("pod/web", Allocated, $"{memory / 10 * 6}", Patience);
        await ns.SeesAsync("pod/web", Pending + ".reason", "", Patience);
        Assert.Equal("0", await ns.ValueAsync("pod/web", ".status.containerStatuses[0].restartCount"));
        string[] reasons = ["ResizeInfeasible", "ResizeDeferred", "ResizeStarted", "ResizeCompleted"];
        await Eventually.SeeAsync(
            "events of all that became of the resizes", Patience, () => ns.RunAsync("get", "events", "--field-selector=involvedObject.name=web", "-o=jsonpath={.items[*].reason}"),
            seen => reasons.All(seen.Split(' ').Contains));
    }

    private static Task<string> ResizeAsync(TestNamespace ns, string pod, long memory) => ns.RunAsync(
        "patch", "pod", pod, "--subresource", "resize", "--patch", $$"""{"spec": {"containers": [{"name": "main", "resources": {"requests": {"memory": "{{memory}}"} } }] } }""");

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_drain_that_is_only_tried_leaves_every_pod_and_the_node_as_they_are(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Manifest(ns, "{}"));
        await ns.PodIsReadyAsync("web", Patience);
        var uid = await ns.ValueAsync("pod/web", ".metadata.uid");
        var node = await ns.ValueAsync("pod/web", ".spec.nodeName");

        var said = await ns.RunAsync(version, "drain", node, "--dry-run=server", "--force", $"--pod-selector=of={ns.Name}", "--timeout=120s");
        Assert.Contains("web", said);
        Assert.Equal((uid, ""), (await ns.ValueAsync("pod/web", ".metadata.uid"), await ns.ValueAsync("pod/web", ".metadata.deletionTimestamp")));
        Assert.Equal("", await ns.ValueAsync($"node/{node}", ".spec.unschedulable"));
    }

    private static string Manifest(TestNamespace ns, string resources, string name = "web") => $$$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{{name}}}, labels: {of: {{{ns.Name}}} }}
        spec:
          terminationGracePeriodSeconds: 1
          containers: [{name: main, image: coppice/testapp:1, args: [serve], resources: {{{resources}}} }]
        """;
}
