using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>A cluster of IPv4 and IPv6, as its users see it.</summary>
public sealed class DualStackTests
{
    private static readonly string[] BothFamilies = ["--pod-range", "10.244.0.0/16,fd00:244::/56", "--service-range", "10.96.0.0/16,fd00:96::/112"];

    private const string World = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web, labels: {app: web}}
        spec:
          terminationGracePeriodSeconds: 1
          containers: [{name: app, image: "nginx:1.16.0", readinessProbe: {httpGet: {port: 80}, periodSeconds: 1}}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: asks}
        spec:
          terminationGracePeriodSeconds: 1
          containers: [{name: app, image: "nginx:1.16.0", env: [{name: IPS, valueFrom: {fieldRef: {fieldPath: status.podIPs}}}]}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {type: NodePort, ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: six}
        spec: {ipFamilies: [IPv6], selector: {app: web}, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: head}
        spec: {clusterIP: None, ipFamilyPolicy: PreferDualStack, selector: {app: web}, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: balanced}
        spec: {type: LoadBalancer, externalTrafficPolicy: Local, ipFamilyPolicy: PreferDualStack, selector: {app: web}, ports: [{port: 8080, targetPort: 80}]}
        """;

    [Fact]
    public async Task Pods_services_names_policies_and_node_ports_are_of_both_families()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { HasV6 = true, Arguments = BothFamilies });
        var ns = await cluster.NewNamespaceAsync();
        await ns.ApplyAsync(World);
        await ns.PodIsReadyAsync("web", Patience);
        await ns.PodIsReadyAsync("asks", Patience);

        var (pod, web, six) = await SaysBothAsync(ns);
        var asks = await ns.ValueAsync("pod/asks", ".status.podIPs[*].ip");
        Assert.Contains($"IPS={asks.Replace(' ', ',')}", File.ReadAllText($"/proc/{await cluster.Faults.ProcessOfAsync(ns.Name, "asks", "app")}/environ").Split('\0'));

        // Nobody waited to hear who else might have the address.
        Assert.Equal("0", (await InPodAsync(ns, "cat /proc/sys/net/ipv6/conf/eth0/accept_dad")).OrThrow().Trim());

        // What packets and names do.
        foreach (var address in (string[])[.. pod, .. web, six])
        {
            await ReachesAsync(ns, address);
        }

        foreach (var (name, server, addresses) in new (string, string, string[])[] { ("web", "", web), ("six", "", [six]), ("head", "", pod), ("web", "fd00:96::a", web) })
        {
            await Eventually.SeeAsync($"the addresses of {name}", Patience,
                () => ns.TryAsync(KubectlVersion.Newest, ["exec", "asks", "--", "nslookup", $"{name}.{ns.Name}.svc.cluster.local", .. server.Length > 0 ? (string[])[server] : []]),
                seen => addresses.All(seen.Output.Contains));
        }

        var port = await ns.ValueAsync("service/web", ".spec.ports[0].nodePort");
        foreach (var host in new[] { "192.0.2.10", "127.0.0.1", "[2001:db8::10]" })
        {
            await ns.Cluster.PageAsync($"http://{host}:{port}/");
        }

        await IsBalancedAsync(ns);

        // A policy whose range is of the second family alone.
        await ns.ApplyAsync("""
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: six}
            spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: "fd00:244::/56"}}]}]}
            """);
        await Eventually.TrueAsync("silence by IPv4", Patience, async () => !(await AskAsync(ns, pod[0])).Output.Contains("200 OK"));
        await ReachesAsync(ns, pod[1]);
        await ReachesAsync(ns, six);

        // All of it is there after a restart.
        await cluster.Faults.KillCoppiceAsync();
        await cluster.Faults.StartCoppiceAsync();
        await cluster.NodeIsReadyAsync(Patience);
        await ReachesAsync(ns, six);
        Assert.Equal("0", await ns.ValueAsync("pod/web", ".status.containerStatuses[0].restartCount"));
    }

    [Fact]
    public async Task Pods_of_three_machines_reach_each_other_and_services_by_both_families()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { HasV6 = true, Arguments = BothFamilies });
        // One has a common link with the first, of both families; the other has none, and no address of IPv6.
        await using var near = await JoinedMachine.StartAsync(cluster, 2);
        await using var far = await JoinedMachine.StartAsync(cluster, 3, isFar: true);
        await near.IsReadyAsync(Patience);
        await far.IsReadyAsync(Patience);
        var ns = await cluster.NewNamespaceAsync();
        string[] nodes = ["node-1", "node-2", "node-3"];
        await ns.ApplyAsync(string.Join("\n---\n", nodes.Select(PodOn)) + "\n---\n" + string.Join("\n---\n", nodes.Select(ServiceOn)));
        var pods = new Dictionary<string, string[]>();
        foreach (var node in nodes)
        {
            await ns.PodIsReadyAsync(node, Patience);
            pods[node] = (await ns.ValueAsync($"pod/{node}", ".status.podIPs[*].ip")).Split(' ');
        }

        foreach (var from in nodes)
        {
            var asker = new Asker(from, NetworkNamespace.OfProcess(await cluster.Faults.ProcessOfAsync(ns.Name, from, "app")));
            foreach (var to in nodes)
            {
                string[] addresses = [.. pods[to], .. (await ns.ValueAsync($"service/{to}", ".spec.clusterIPs[*]")).Split(' ')];
                foreach (var host in addresses.Select(one => one.Contains(':') ? $"[{one}]" : one))
                {
                    await asker.SeesAsync($"http://{host}:8080/hostname", to);
                }
            }
        }

        var routes = (await cluster.Inside(new Command("ip", "-6", "route")).RunAsync()).OrThrow();
        Assert.Contains("fd00:244:0:1::/64 via 2001:db8::12 dev uplink0", routes);
        Assert.Contains("fd00:244:0:2::/64 via fd00:244:0:2:: dev vx-", routes);
        Assert.Equal("192.0.2.12 2001:db8::12", await ns.ValueAsync("node/node-2", ".status.addresses[?(@.type==\"InternalIP\")].address"));
        Assert.Equal("198.51.100.13", await ns.ValueAsync("node/node-3", ".status.addresses[?(@.type==\"InternalIP\")].address"));
    }

    private static string PodOn(string node) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{node}}, labels: {place: {{node}} } }
        spec: {nodeName: {{node}}, terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
        """;

    private static string ServiceOn(string node) => $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{node}} }
        spec: {ipFamilyPolicy: RequireDualStack, selector: {place: {{node}} }, ports: [{port: 8080}]}
        """;

    [Fact]
    public async Task A_cluster_of_IPv6_alone_serves()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { HasV6 = true, Arguments = ["--pod-range", "fd00:244::/56", "--service-range", "fd00:96::/112"] });
        var ns = await cluster.NewNamespaceAsync();
        await ns.ApplyAsync(World.Replace("RequireDualStack", "PreferDualStack"));
        await ns.PodIsReadyAsync("web", Patience);
        await ns.PodIsReadyAsync("asks", Patience);

        Assert.Equal("2001:db8::10", await ns.ValueAsync("pod/web", ".status.hostIP"));
        foreach (var address in new[] { await ns.ValueAsync("pod/web", ".status.podIP"), await ns.ValueAsync("service/web", ".spec.clusterIP") })
        {
            Assert.StartsWith("fd00:", address);
            await ReachesAsync(ns, address);
        }

        await Eventually.SeeAsync("the service's address by its name", Patience,
            () => ns.TryAsync(KubectlVersion.Newest, "exec", "asks", "--", "nslookup", $"six.{ns.Name}.svc.cluster.local"), seen => seen.Output.Contains("fd00:96::"));
    }

    /// <summary>By the node's addresses of both families; and balancers learn by either that there is an endpoint.</summary>
    private static async Task IsBalancedAsync(TestNamespace ns)
    {
        var health = await ns.ValueAsync("service/balanced", ".spec.healthCheckNodePort");
        foreach (var host in new[] { "192.0.2.10", "[2001:db8::10]" })
        {
            await ns.Cluster.PageAsync($"http://{host}:8080/");
            Assert.Contains("\"localEndpoints\": 1,", await ns.Cluster.PageAsync($"http://{host}:{health}/healthz"));
        }

        Assert.Equal("192.0.2.10 2001:db8::10", await ns.ValueAsync("service/balanced", ".status.loadBalancer.ingress[*].ip"));
    }

    /// <summary>What the API says of the node, of a pod and of services.</summary>
    private static async Task<(string[] Pod, string[] Web, string Six)> SaysBothAsync(TestNamespace ns)
    {
        Assert.Equal("10.244.0.0/24 fd00:244::/64", await ns.ValueAsync("nodes", ".items[0].spec.podCIDRs[*]"));
        Assert.Equal("192.0.2.10 2001:db8::10", await ns.ValueAsync("nodes", ".items[0].status.addresses[?(@.type==\"InternalIP\")].address"));
        Assert.Equal("10.96.0.0/16 fd00:96::/112", await ns.ValueAsync("servicecidr/kubernetes", ".spec.cidrs[*]"));
        Assert.Equal("192.0.2.10 2001:db8::10", await ns.ValueAsync("pod/web", ".status.hostIPs[*].ip"));
        Assert.Equal("IPv4 IPv6", await ns.ValueAsync("service/web", ".spec.ipFamilies[*]"));
        Assert.Equal("SingleStack IPv6", $"{await ns.ValueAsync("service/six", ".spec.ipFamilyPolicy")} {await ns.ValueAsync("service/six", ".spec.ipFamilies[*]")}");
        var pod = (await ns.ValueAsync("pod/web", ".status.podIPs[*].ip")).Split(' ');
        var web = (await ns.ValueAsync("service/web", ".spec.clusterIPs[*]")).Split(' ');
        var six = await ns.ValueAsync("service/six", ".spec.clusterIP");
        Assert.StartsWith("10.244.0.", pod[0]);
        Assert.StartsWith("fd00:244::", pod[1]);
        Assert.StartsWith("fd00:96::", six);
        await Eventually.SeeAsync("slices of both families", Patience,
            () => ns.ValueAsync("endpointslices", $".items[?(@.metadata.labels.kubernetes\\.io/service-name==\"web\")].endpoints[*].addresses[*]"), seen => pod.All(seen.Contains));
        await ns.SeesAsync("endpoints/web", ".subsets[*].addresses[*].ip", pod[0], Patience);
        await Eventually.SeeAsync("the addresses as objects", Patience, () => ns.RunAsync("get", "ipaddresses"), seen => web.Append(six).All(seen.Contains));
        return (pod, web, six);
    }

    /// <summary>From a pod's own network, by a program of this machine: those in the images are linked statically.</summary>
    private static async Task ReachesAsync(TestNamespace ns, string address) =>
        await Eventually.SeeAsync($"an answer of {address} to a pod", Patience, () => AskAsync(ns, address), seen => seen.Output.Contains("200 OK"));

    private static Task<CommandResult> AskAsync(TestNamespace ns, string address)
    {
        var ask = $"exec 3<>/dev/tcp/{address}/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3";
        return InPodAsync(ns, ask);
    }

    private static async Task<CommandResult> InPodAsync(TestNamespace ns, string script)
    {
        var process = await ns.Cluster.Faults.ProcessOfAsync(ns.Name, "asks", "app");
        return await new Command("nsenter", $"--net=/proc/{process}/ns/net", "timeout", "2", "bash", "-c", script).RunAsync();
    }
}
