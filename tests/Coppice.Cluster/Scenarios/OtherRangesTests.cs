using Coppice.Cluster.Harness;
using Coppice.Cluster.Smoke;
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
        await ReachesAsync(ns, "web", await ns.ValueAsync("service/web", ".spec.clusterIP"));
        // What is of the ranges and nobody's does not leave the machine.
        Assert.Contains("ip daddr 10.50.3.0/24 goto leak", (await cluster.Inside(new Command("nft", "list", "table", "ip", cluster.Instance)).RunAsync()).OrThrow());
    }

    [Fact]
    public async Task A_machine_without_a_network_serves_itself()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { HasUplink = false });
        var ns = await ServesAsync(cluster, "10.244.0.", "10.96.");

        // Pods reach the API by its service, also after a restart.
        await cluster.Faults.KillCoppiceAsync();
        await cluster.Faults.StartCoppiceAsync();
        await cluster.NodeIsReadyAsync(Patience);
        var process = await cluster.Faults.ProcessOfAsync(ns.Name, "asks", "app");
        await Eventually.SeeAsync("an answer of the API to a pod", Patience,
            () => new Command("nsenter", $"--net=/proc/{process}/ns/net", "timeout", "5", "curl", "-sk", "https://10.96.0.1/version").RunAsync(), seen => seen.Output.Contains("gitVersion"));
    }

    [Fact]
    public async Task Two_clusters_on_one_machine_serve_heal_and_end_each_by_itself()
    {
        await using var first = await RunningCluster.StartAsync(new ClusterOptions());
        var second = await RunningCluster.StartAsync(new ClusterOptions
        {
            Beside = first, Arguments = ["--port", "7443", "--kubelet-port", "11250", "--pod-range", "10.50.0.0/24", "--service-range", "172.30.0.0/24", "--node-port-range", "20000-20999"],
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
        await FirstSteps.TakeAsync(cluster);
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
        await Eventually.SeeAsync("the service's address by its name", Patience,
            () => ns.TryAsync(KubectlVersion.Newest, "exec", "asks", "--", "nslookup", $"web.{ns.Name}.svc.cluster.local"), seen => seen.Output.Contains(address));
        await ReachesAsync(ns, "asks", address);
        var port = await ns.ValueAsync("service/web", ".spec.ports[0].nodePort");
        foreach (var host in new[] { ns.Cluster.NodeAddress, "127.0.0.1" })
        {
            await ns.Cluster.PageAsync($"http://{host}:{port}/");
        }
    }

    /// <summary>From a pod's own network, by a program of this machine: those in the images are linked statically, and cannot look up an address.</summary>
    private static async Task ReachesAsync(TestNamespace ns, string pod, string address)
    {
        var process = await ns.Cluster.Faults.ProcessOfAsync(ns.Name, pod, "app");
        var ask = $"exec 3<>/dev/tcp/{address}/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3";
        await Eventually.SeeAsync($"an answer of {address} to pod {pod}", Patience,
            () => new Command("nsenter", $"--net=/proc/{process}/ns/net", "timeout", "5", "bash", "-c", ask).RunAsync(), seen => seen.Output.Contains("200 OK"));
    }
}
