using System.Globalization;
using System.Text.RegularExpressions;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Rows 001.10, 001.16 and 003.11, and what else a pod has from its node: init containers, ports, volumes, figures.</summary>
public sealed class PodLifeTests(SharedCluster shared)
{
    [Fact]
    public async Task When_its_sandbox_dies_a_pod_begins_again_with_its_init_containers()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: stack}
            spec:
              terminationGracePeriodSeconds: 1
              initContainers:
              - {name: first, image: coppice/testapp:1, command: [sh, -c, 'echo first >> /order/log'], volumeMounts: [{name: order, mountPath: /order}]}
              - name: sidecar
                image: coppice/testapp:1
                restartPolicy: Always
                command: [sh, -c, 'echo sidecar >> /order/log; exec testapp serve --port=8081']
                startupProbe: {httpGet: {path: /, port: 8081}, periodSeconds: 1, failureThreshold: 30}
                volumeMounts: [{name: order, mountPath: /order}]
              containers:
              - {name: app, image: coppice/testapp:1, command: [sh, -c, 'echo app >> /order/log; exec testapp serve'], volumeMounts: [{name: order, mountPath: /order}]}
              volumes: [{name: order, emptyDir: {}}]
            """);
        await ns.PodIsReadyAsync("stack", Patience);
        await SeesOrderAsync("first\nsidecar\napp\n");

        var uid = await ns.ValueAsync("pod/stack", ".metadata.uid");
        var sandbox = Processes.All().Single(id => Processes.CommandLine(id) is ["/pause", ..] && Processes.Read(id, "cgroup").Contains(uid));
        Processes.Signal(sandbox, Signal.Kill);

        await ns.SeesAsync("pod/stack", ".status.containerStatuses[0].restartCount", "1", Patience);
        await ns.PodIsReadyAsync("stack", Patience);
        await SeesOrderAsync("first\nsidecar\napp\nfirst\nsidecar\napp\n");
        await Eventually.SeeAsync("why", Patience, () => ns.RunAsync("describe", "pod", "stack"), seen => seen.Contains("Pod sandbox changed, it will be killed and re-created."));

        // A container that has no probe is ready before it has written anything.
        Task SeesOrderAsync(string order) => Eventually.SeeAsync(
            "the order of the starts", Patience, async () => (await ns.TryAsync(KubectlVersion.Newest, "exec", "stack", "-c", "app", "--", "cat", "/order/log")).Output, seen => seen == order);
    }

    [Fact]
    public async Task Of_two_pods_that_want_one_port_of_the_node_the_second_waits_for_the_first()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(WithPort("first"));
        await ns.PodIsReadyAsync("first", Patience);
        await ns.ApplyAsync(WithPort("second"));
        await ns.SeesAsync("pod/second", ".status.conditions[?(@.type==\"PodScheduled\")].reason", "Unschedulable", Patience);
        Assert.StartsWith(
            "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
            await ns.ValueAsync("pod/second", ".status.conditions[?(@.type==\"PodScheduled\")].message"));
        await Eventually.SeeAsync("its event", Patience, () => ns.RunAsync("describe", "pod", "second"), seen => Regex.IsMatch(seen, @"\n  Warning +FailedScheduling .*didn't have free ports"));
        Assert.Equal("first\n", await ns.Cluster.PageAsync($"http://{ns.Cluster.NodeAddress}:18080/hostname"));

        await ns.RunAsync("delete", "pod", "first");
        await ns.PodIsReadyAsync("second", Patience);
        await Eventually.SeeAsync("the second behind the port", Patience, () => ns.Cluster.Http.GetStringAsync($"http://{ns.Cluster.NodeAddress}:18080/hostname"), seen => seen == "second\n");
    }

    [Fact]
    public async Task A_pod_on_the_hosts_network_has_the_hosts_name_and_address()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: host}
            spec: {hostNetwork: true, terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve, --port=18081]}]}
            """);
        await ns.PodIsReadyAsync("host", Patience);
        Assert.Equal(ns.Cluster.NodeAddress, await ns.ValueAsync("pod/host", ".status.podIP"));
        Assert.Equal($"{Environment.MachineName}\n", await ns.Cluster.PageAsync($"http://{ns.Cluster.NodeAddress}:18081/hostname"));
    }

    [Fact]
    public async Task A_changed_object_shows_in_the_volumes_of_a_running_pod()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.RunAsync("create", "configmap", "settings", "--from-literal=color=red");
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: app}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: app, image: coppice/testapp:1, args: [serve], volumeMounts: [{name: all, mountPath: /all}]}]
              volumes:
              - name: all
                projected:
                  sources: [{configMap: {name: settings, optional: true}}, {secret: {name: keys, optional: true}}, {downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}]
            """);
        await ns.PodIsReadyAsync("app", Patience);
        Assert.Equal("red", await ShowsAsync("cat /all/color"));

        await ns.RunAsync("patch", "configmap", "settings", "-p", """{"data":{"color":"green"}}""");
        await SeesAsync("cat /all/color", "green");
        await ns.RunAsync("create", "secret", "generic", "keys", "--from-literal=key=abc");
        await SeesAsync("cat /all/key", "abc");
        await ns.RunAsync("label", "pod", "app", "tier=web");
        await SeesAsync("cat /all/labels", "tier=\"web\"");
        await ns.RunAsync("delete", "configmap", "settings");
        await SeesAsync("ls /all", "key\nlabels\n");

        async Task<string> ShowsAsync(string command) => (await ns.TryAsync(KubectlVersion.Newest, "exec", "app", "--", "sh", "-c", command)).Output;
        Task SeesAsync(string command, string expected) => Eventually.SeeAsync($"{expected} from {command}", Patience, () => ShowsAsync(command), seen => seen == expected);
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_nodes_figures_are_the_machines(KubectlVersion version)
    {
        var cluster = await shared.GetAsync();
        var cpus = await cluster.Kubectl.RunAsync(version, "get", "nodes", "-o", "jsonpath={.items[].status.allocatable.cpu}");
        Assert.Equal(Environment.ProcessorCount, int.Parse(cpus, CultureInfo.InvariantCulture));
        var memory = await cluster.Kubectl.RunAsync(version, "get", "nodes", "-o", "jsonpath={.items[].status.allocatable.memory}");
        var machine = long.Parse(File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemTotal:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        Assert.EndsWith("Ki", memory);
        Assert.InRange(long.Parse(memory[..^2], CultureInfo.InvariantCulture), machine * 9 / 10, machine);
    }

    private static string WithPort(string name) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{name}}}
        spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve], ports: [{containerPort: 8080, hostPort: 18080}]}]}

        """;
}
