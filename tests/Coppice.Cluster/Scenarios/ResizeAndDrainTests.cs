using Coppice.Cluster.Harness;

namespace Coppice.Cluster.Scenarios;

/// <summary>What is done to running pods by doors of their own: more or less to use, and a drain that is only tried.</summary>
public sealed class ResizeAndDrainTests(SharedCluster shared)
{
    private const string MemoryLimit = "cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes";

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

        var said = await ns.RunAsync(version, "drain", node, "--dry-run=server", "--force", $"--pod-selector=of={ns.Name}", "--timeout=30s");
        Assert.Contains("web", said);
        Assert.Equal((uid, ""), (await ns.ValueAsync("pod/web", ".metadata.uid"), await ns.ValueAsync("pod/web", ".metadata.deletionTimestamp")));
        Assert.Equal("", await ns.ValueAsync($"node/{node}", ".spec.unschedulable"));
    }

    private static string Manifest(TestNamespace ns, string resources) => $$$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: web, labels: {of: {{{ns.Name}}} }}
        spec:
          terminationGracePeriodSeconds: 1
          containers: [{name: main, image: coppice/testapp:1, args: [serve], resources: {{{resources}}} }]
        """;
}
