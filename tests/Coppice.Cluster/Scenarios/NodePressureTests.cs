using System.Globalization;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>A node of two whose disk is filled by one of its pods.</summary>
public sealed class NodePressureTests
{
    /// <summary>One on each node, with a volume to write to.</summary>
    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 60
              affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}]}}
              containers: [{name: app, image: coppice/testapp:1, args: [serve], volumeMounts: [{name: data, mountPath: /data}]}]
              volumes: [{name: data, emptyDir: {}}]
        """;

    private const string Straggler = """
        apiVersion: v1
        kind: Pod
        metadata: {name: straggler}
        spec: {nodeName: node-2, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
        """;

    [Fact]
    public async Task Who_fills_the_disk_is_evicted_and_comes_back_when_the_node_has_had_room_for_a_while()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        await using var machine = await JoinedMachine.CreateAsync(cluster, 2, dataDirectoryMiB: 300);
        await machine.StartAgainAsync(
            "--join", JoinedMachine.ServerOf(cluster), "--token", await JoinedMachine.NewTokenAsync(cluster), "--eviction-pressure-transition-period", "60s");
        await machine.IsReadyAsync(Patience);
        var ns = await cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Deployment);
        await ns.RunAsync("rollout", "status", "deployment/web", "--timeout=120s");
        var (greedy, other) = (await PodOnAsync(ns, "node-2"), await PodOnAsync(ns, "node-1"));

        await FillAsync(machine, ns, greedy);
        await ns.SeesAsync($"pod/{greedy}", ".status.phase", "Failed", Patience);

        // It says so though there is room already, and takes nothing.
        await Eventually.SeeAsync("that the node says so", Patience, () => PressureAsync(cluster), seen => seen == "True");
        await ns.ApplyAsync(Straggler);
        await ns.SeesAsync("pod/straggler", ".status.message", "Pod was rejected: The node had condition: [DiskPressure]. ", Patience);

        Assert.Equal("Evicted", await ns.ValueAsync($"pod/{greedy}", ".status.reason"));
        Assert.Matches(
            @"^The node was low on resource: ephemeral-storage\. Threshold quantity: \w+, available: \w+\. ", await ns.ValueAsync($"pod/{greedy}", ".status.message"));
        Assert.Equal("TerminationByKubelet", await ns.ValueAsync($"pod/{greedy}", ".status.conditions[?(@.type==\"DisruptionTarget\")].reason"));
        await Eventually.SeeAsync("what is told of it", Patience, () => ns.RunAsync("get", "events"), seen => seen.Contains("The node was low on resource: ephemeral-storage.", StringComparison.Ordinal));
        Assert.Contains("Attempting to reclaim ephemeral-storage", await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "events", "--namespace", "default"));
        Assert.Contains(
            "kubelet_evictions{eviction_signal=\"nodefs.available\"} 1\n", await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "--raw", "/api/v1/nodes/node-2/proxy/metrics"));

        // The other of them never noticed, and the third of them is where the first was as soon as the node takes it.
        await Eventually.SeeAsync("that the node has room again", Patience, () => PressureAsync(cluster), seen => seen == "False");
        await ns.RunAsync("rollout", "status", "deployment/web", "--timeout=120s");
        Assert.NotEqual(greedy, await PodOnAsync(ns, "node-2"));
        Assert.Equal((other, "0"), (await PodOnAsync(ns, "node-1"), await ns.ValueAsync($"pod/{other}", ".status.containerStatuses[0].restartCount")));
        await ns.RunAsync("delete", "deployment,pod", "--all");
    }

    private static Task<string> PressureAsync(RunningCluster cluster) =>
        cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "node", "node-2", "-o", "jsonpath={.status.conditions[?(@.type==\"DiskPressure\")].status}");

    private static async Task<string> PodOnAsync(TestNamespace ns, string node) =>
        await ns.RunAsync(
            "get", "pods", "-l", "app=web", "--field-selector", $"spec.nodeName={node},status.phase=Running", "-o", "jsonpath={.items[*].metadata.name}");

    /// <summary>Has a pod write to its volume until a twentieth of the disk is left, of which a tenth should be.</summary>
    private static async Task FillAsync(JoinedMachine machine, TestNamespace ns, string pod)
    {
        var disk = new DriveInfo(machine.DataDirectory);
        var size = (disk.AvailableFreeSpace - (disk.TotalSize / 20)).ToString(CultureInfo.InvariantCulture);

        // The pod may be evicted before it is done.
        await ns.TryAsync(KubectlVersion.Newest, "exec", pod, "--", "sh", "-c", $"head -c {size} /dev/zero > /data/big");
    }
}
