using System.Text.Json.Nodes;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>The node's own endpoint: through the API server's proxy, and directly, as Prometheus asks it.</summary>
public sealed class NodeEndpointTests(SharedCluster shared)
{
    private const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: busy}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: app
            image: coppice/testapp:1
            command: [sh, -c, 'head -c 3000000 /dev/zero > /big; while :; do :; done']
            resources: {limits: {cpu: 200m, memory: 64Mi}}
            livenessProbe: {exec: {command: ["true"]}, periodSeconds: 1, timeoutSeconds: 30, failureThreshold: 100}
        """;

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task What_the_node_and_its_pods_use_is_seen_through_the_api_server(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Pod);
        await ns.PodIsReadyAsync("busy", Patience);
        Assert.Equal("10250", await ns.Cluster.Kubectl.ValueAsync(".status.daemonEndpoints.kubeletEndpoint.Port", "node/node-1"));
        foreach (var node in (string[])["node-1", "node-1:10250", "https:node-1:10250"])
        {
            Assert.Equal("ok", await ns.RunAsync(version, "get", "--raw", $"/api/v1/nodes/{node}/proxy/healthz"));
        }

        // Of the two looks that a rate needs, the first may have been made by the other version.
        var pod = await Eventually.SeeAsync(
            "the pod's use of the processor", Patience, () => PodOfSummaryAsync(ns, version), seen => (long?)seen?["cpu"]?["usageNanoCores"] > 50_000_000);
        Assert.InRange((long)pod!["cpu"]!["usageNanoCores"]!, 50_000_000, 400_000_000);
        var container = pod["containers"]![0]!;
        Assert.Equal("app", (string?)container["name"]);
        Assert.True((long?)container["memory"]!["availableBytes"] < 64 << 20, $"{pod}");
        await Eventually.TrueAsync("the file that it wrote", Patience, async () =>
            (long?)(await PodOfSummaryAsync(ns, version))?["containers"]!.AsArray().FirstOrDefault()?["rootfs"]!["usedBytes"] >= 3_000_000);

        var labels = $"{{container=\"app\",namespace=\"{ns.Name}\",pod=\"busy\"}}";
        var metrics = await ns.RunAsync(version, "get", "--raw", "/api/v1/nodes/node-1/proxy/metrics/resource");
        Assert.Contains($"\ncontainer_cpu_usage_seconds_total{labels} ", metrics);
        Assert.Contains($"\ncontainer_memory_working_set_bytes{labels} ", metrics);
        Assert.Contains("\nresource_scrape_error 0\n", metrics);
        Assert.Contains("kubelet_node_name{node=\"node-1\"} 1", await ns.RunAsync(version, "get", "--raw", "/api/v1/nodes/node-1/proxy/metrics"));
        await Eventually.SeeAsync("its first probe", Patience, () => ns.RunAsync(version, "get", "--raw", "/api/v1/nodes/node-1/proxy/metrics/probes"),
            seen => seen.Contains($"namespace=\"{ns.Name}\",pod=\"busy\""));
        Assert.Contains("container_network_receive_bytes_total", await ns.RunAsync(version, "get", "--raw", "/api/v1/nodes/node-1/proxy/metrics/cadvisor"));
        Assert.Contains("\"name\":\"busy\"", await ns.RunAsync(version, "get", "--raw", "/api/v1/nodes/node-1/proxy/runningpods/"));
    }

    [Fact]
    public async Task The_node_is_described_and_tells_how_it_works()
    {
        var ns = await shared.NewNamespaceAsync();

        // What a new node does is told, and what belongs to it made, a moment after it is Ready.
        string[] told =
        [
            "Starting kubelet.", "Updated Node Allocatable limit across pods",
            "Node node-1 status is now: NodeHasNoDiskPressure", "Node node-1 event: Registered Node node-1 in Controller",
        ];
        await Eventually.SeeAsync("its story", Patience, () => ns.RunAsync("describe", "node", "node-1"), seen => told.All(one => seen.Contains(one)));

        var configuration = JsonNode.Parse(await ns.RunAsync("get", "--raw", "/api/v1/nodes/node-1/proxy/configz"))!["kubeletconfig"]!;
        Assert.Equal(("cluster.local", 110), ((string?)configuration["clusterDomain"], (int)configuration["maxPods"]!));
        Assert.Contains("kubernetes_healthcheck{name=\"syncloop\",type=\"healthz\"} 1\n", await ns.RunAsync("get", "--raw", "/api/v1/nodes/node-1/proxy/metrics/slis"));
        await ns.SeesAsync("csinode/node-1", ".metadata.ownerReferences[0].kind", "Node", Patience);
        await Eventually.SeeAsync("who schedules", Patience, () => ns.Cluster.Kubectl.ValueAsync(".spec.holderIdentity", "lease/kube-scheduler", "-n", "kube-system"),
            seen => seen.StartsWith("node-1_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_logs_of_the_node_are_read_through_the_api_server()
    {
        var ns = await shared.NewNamespaceAsync();
        const string Logs = "/api/v1/nodes/node-1/proxy/logs/";
        Assert.Contains("<pre>\n", await ns.RunAsync("get", "--raw", Logs));
        Assert.Contains("install", await ns.RunAsync("get", "--raw", $"{Logs}dpkg.log"));
        Assert.Contains("install", await ns.RunAsync("get", "--raw", $"{Logs}?query=dpkg"));
        Assert.Contains("NotAcceptable", (await ns.TryAsync(KubectlVersion.Newest, "get", "--raw", $"{Logs}?query=dpkg&boot=1")).Error);
        Assert.Contains("NotFound", (await ns.TryAsync(KubectlVersion.Newest, "get", "--raw", $"{Logs}..%2f..%2fetc/passwd")).Error);
    }

    [Fact]
    public async Task The_endpoint_lets_in_nobody_without_a_right()
    {
        var ns = await shared.NewNamespaceAsync();
        await Eventually.TrueAsync("the service account", Patience, async () => await ns.GetAsync("serviceaccount/default") is not null);
        var token = (await ns.RunAsync("create", "token", "default")).Trim();
        var url = $"https://{ns.Cluster.NodeAddress}:10250/metrics";
        Assert.Equal("Unauthorized401", await AskAsync(url));
        Assert.Equal("Unauthorized401", await AskAsync(url, "--header", "Authorization: Bearer forged"));
        Assert.Equal(
            $"Forbidden (user=system:serviceaccount:{ns.Name}:default, verb=get, resource=nodes, subresource(s)=[metrics])403",
            await AskAsync(url, "--header", $"Authorization: Bearer {token}"));

        async Task<string> AskAsync(string what, params IReadOnlyList<string> more) =>
            (await ns.Cluster.Inside(new Command("curl", ["--silent", "--insecure", "--write-out", "%{http_code}", .. more, what])).RunAsync()).OrThrow();
    }

    [Fact]
    public async Task The_endpoint_can_have_another_port_and_tells_the_log_where_that_is_a_file()
    {
        using var log = new TemporaryDirectory();
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { Arguments = ["--kubelet-port", "11250", "--log-file", log.File("coppice.log")] });
        Assert.Equal("11250", await cluster.Kubectl.ValueAsync(".status.daemonEndpoints.kubeletEndpoint.Port", "node/node-1"));
        foreach (var node in (string[])["node-1", "node-1:11250"])
        {
            Assert.Equal("ok", await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "--raw", $"/api/v1/nodes/{node}/proxy/healthz"));
        }

        var said = await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "--raw", "/api/v1/nodes/node-1/proxy/logs/?query=kubelet&boot=0&pattern=coppice .* starts");
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} info  Coppice\[1101\]: coppice .* starts on .*\n\z", said);

        // A second server on the same machine says what is in its way, and how to go round it.
        var second = await cluster.Inside(new Command(
            Repository.CoppiceBinary(), "run", "--data-dir", Path.Combine(cluster.Folders.Home, "second"), "--instance", "second", "--port", "7443", "--kubelet-port", "11250")).RunAsync();
        Assert.False(second.Succeeded);
        Assert.Contains("port 11250 is in use by another program", second.Error);
        Assert.Contains("choose another with --kubelet-port", second.Error);
    }

    private static async Task<JsonNode?> PodOfSummaryAsync(TestNamespace ns, KubectlVersion version)
    {
        var summary = JsonNode.Parse(await ns.RunAsync(version, "get", "--raw", "/api/v1/nodes/node-1/proxy/stats/summary"))!;
        return summary["pods"]!.AsArray().FirstOrDefault(pod => (string?)pod!["podRef"]!["namespace"] == ns.Name);
    }
}
