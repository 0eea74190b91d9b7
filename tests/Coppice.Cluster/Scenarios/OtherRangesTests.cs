using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Clusters with other addresses than the usual ones, and two on one machine.</summary>
public sealed class OtherRangesTests
{
    private const string Web = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web, labels: {app: web}}
        spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: "nginx:1.16.0"}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: asks}
        spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: "nginx:1.16.0"}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
        """;

    [Fact]
    public async Task With_other_ranges_all_parts_of_a_cluster_mean_the_same_addresses()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { Arguments = ["--pod-range", "10.50.3.0/24", "--service-range", "172.30.0.0/20"] });
        var ns = await ServesAsync(cluster, "10.50.3.", "172.30.");

        Assert.Contains("nameserver 172.30.0.10\n", await ns.RunAsync("exec", "asks", "--", "cat", "/etc/resolv.conf"));
        // Its certificate has the address that pods reach the API by.
        Assert.Contains("web", await ns.RunAsync("get", "pods", "--server=https://172.30.0.1:443"));
        // Masqueraded, as it must be: else it would answer itself directly, and wait for ever.
        await SeesAsync(ns, "web", "wget", "-q", "-T", "5", "-O", "-", $"http://{await ns.ValueAsync("service/web", ".spec.clusterIP")}/");
        // What is of the ranges and nobody's does not leave the machine.
        Assert.Contains("ip daddr 10.50.3.0/24 jump leak", (await cluster.Inside(new Command("nft", "list", "table", "ip", cluster.Instance)).RunAsync()).OrThrow());
    }

    [Fact]
    public async Task Two_clusters_on_one_machine_serve_heal_and_end_each_by_itself()
    {
        await using var first = await RunningCluster.StartAsync(new ClusterOptions());
        var second = await RunningCluster.StartAsync(new ClusterOptions
        {
            Beside = first, Arguments = ["--port", "7443", "--kubelet-port", "11250", "--pod-range", "10.50.0.0/24", "--service-range", "172.30.0.0/24"],
        });
        try
        {
            var one = await ServesAsync(first, "10.244.0.", "10.96.");
            var other = await ServesAsync(second, "10.50.0.", "172.30.0.");

            // Each heals while the other is there.
            foreach (var (cluster, ns) in new[] { (first, one), (second, other) })
            {
                await cluster.Faults.SignalContainerAsync(ns.Name, "web", "app", Signal.Kill);
                await ns.RestartsAsync("web", 1, Patience);
                await cluster.Faults.KillCoppiceAsync();
                await cluster.Faults.StartCoppiceAsync();
                await cluster.NodeIsReadyAsync(Patience);
            }

            await AnswersAsync(one);
            await AnswersAsync(other);

            // One goes with all it had, and the other does not notice.
            var before = await one.ValueAsync("pods", ".items[*].status.containerStatuses[0].containerID");
            (await first.Inside(new Command(Repository.CoppiceBinary(), "down", "--purge", "--data-dir", second.DataDirectory)).RunAsync()).OrThrow();
            await AnswersAsync(one);
            Assert.Equal(before, await one.ValueAsync("pods", ".items[*].status.containerStatuses[0].containerID"));
            var tables = (await first.Inside(new Command("nft", "list", "tables")).RunAsync()).OrThrow();
            Assert.Contains(first.Instance, tables);
            Assert.DoesNotContain(second.Instance, tables);
        }
        finally
        {
            await second.DisposeAsync();
        }
    }

    /// <summary>A service is reached by its name from a pod, and by its node port; addresses are of the ranges.</summary>
    private static async Task<TestNamespace> ServesAsync(RunningCluster cluster, string pods, string services)
    {
        var ns = await cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Web);
        await ns.PodIsReadyAsync("web", Patience);
        await ns.PodIsReadyAsync("asks", Patience);
        Assert.StartsWith(pods, await ns.ValueAsync("pod/web", ".status.podIP"));
        Assert.StartsWith(services, await ns.ValueAsync("service/web", ".spec.clusterIP"));
        await AnswersAsync(ns);
        return ns;
    }

    private static async Task AnswersAsync(TestNamespace ns)
    {
        var address = await ns.ValueAsync("service/web", ".spec.clusterIP");
        Assert.Contains(address, await SeesAsync(ns, "asks", "nslookup", $"web.{ns.Name}.svc.cluster.local"));
        await SeesAsync(ns, "asks", "wget", "-q", "-T", "5", "-O", "-", $"http://{address}/");
        var port = await ns.ValueAsync("service/web", ".spec.ports[0].nodePort");
        foreach (var host in new[] { ns.Cluster.NodeAddress, "127.0.0.1" })
        {
            await Eventually.TrueAsync($"an answer of {host}:{port}", Patience, async () => (await ns.Cluster.Http.GetAsync($"http://{host}:{port}/")).IsSuccessStatusCode);
        }
    }

    /// <summary>Runs a command in a pod until it succeeds; returns what it printed then.</summary>
    private static async Task<string> SeesAsync(TestNamespace ns, string pod, params IReadOnlyList<string> command) => (await Eventually.SeeAsync(
        $"\"{string.Join(' ', command)}\" to succeed in pod {pod}", Patience,
        () => ns.TryAsync(KubectlVersion.Newest, ["exec", pod, "--", .. command]), seen => seen.Succeeded)).Output;
}
