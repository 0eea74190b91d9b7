using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Pods, services, names and policies over three machines, of which two share a network.</summary>
[Collection(nameof(ThreeMachines))]
public sealed class NodeNetworkTests(ThreeMachines machines)
{
    private const string Services = """
        apiVersion: v1
        kind: Service
        metadata: {name: far}
        spec: {type: LoadBalancer, selector: {place: node-3}, ports: [{port: 8013, targetPort: 8080}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: sticky}
        spec: {selector: {app: web}, sessionAffinity: ClientIP, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: near}
        spec: {selector: {app: web}, internalTrafficPolicy: Local, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: only}
        spec: {type: NodePort, selector: {place: node-2}, internalTrafficPolicy: Local, externalTrafficPolicy: Local, ports: [{port: 80, targetPort: 8080}]}
        """;

    private RunningCluster Cluster => machines.Cluster;

    [Fact]
    public async Task Pods_of_every_node_reach_each_other_by_their_own_addresses()
    {
        var ns = await Cluster.NewNamespaceAsync();
        await ns.ApplyAsync(string.Join("\n---\n", ThreeMachines.Names.Select(node => Pod(node)).Concat(ThreeMachines.Names.Select(node => HostPod(node)))));
        var pods = await AddressesAsync(ns, "");
        await AddressesAsync(ns, "host-");
        foreach (var (from, address) in pods)
        {
            var asker = await machines.InPodAsync(ns, $"on-{from}");
            foreach (var (to, there) in pods)
            {
                await asker.SeesAsync($"http://{there}:8080/hostname", $"on-{to}");
                await asker.SeesAsync($"http://{there}:8080/clientip", $"::ffff:{address}");
                await asker.SeesAsync($"http://{machines.AddressOf(to)}:8090/version", to);
                await machines.OnNode(from).SeesAsync($"http://{there}:8080/hostname", $"on-{to}");
            }
        }

        // By plain routes where there is a common network, and wrapped where there is none.
        var ranges = ThreeMachines.Names.ToDictionary(node => node, node => pods[node][..pods[node].LastIndexOf('.')] + ".0/24");
        Assert.Contains($"{ranges["node-2"]} via 192.0.2.12 dev uplink0", await RoutesAsync("node-1"));
        Assert.Contains($"{ranges["node-3"]} via {ranges["node-3"][..^3]} dev vx-", await RoutesAsync("node-1"));
        Assert.Contains($"{ranges["node-2"]} via {ranges["node-2"][..^3]} dev vx-", await RoutesAsync("node-3"));

        // What is wrapped is tracked as what it is, and not as the wrapping too; what was wrapped before there were rules is forgotten first.
        await OnNodeAsync("node-3", "conntrack", "-D", "-p", "udp", "--orig-port-dst", "4789");
        await machines.OnNode("node-3").SeesAsync($"http://{pods["node-1"]}:8080/hostname", "on-node-1");
        var tracked = (await OnNodeAsync("node-3", "conntrack", "-L")).OrThrow();
        Assert.Contains("dport=8080", tracked);
        Assert.DoesNotContain("dport=4789", tracked);
    }

    [Fact]
    public async Task Services_lead_from_every_node_to_endpoints_on_another()
    {
        var ns = await Cluster.NewNamespaceAsync();
        await ns.ApplyAsync(string.Join("\n---\n", ThreeMachines.Names.Select(node => Pod(node))));
        await ns.ApplyAsync(Services);
        await AddressesAsync(ns, "");
        await Eventually.SeeAsync("three endpoints", Patience, () => ns.RunAsync("get", "endpointslices", "-l", "kubernetes.io/service-name=near", "-o", "jsonpath={.items[*].endpoints[*].conditions.ready}"), seen => seen == "true true true");
        var (far, near, only, sticky) = (await AddressOfAsync("far"), await AddressOfAsync("near"), await AddressOfAsync("only"), await AddressOfAsync("sticky"));
        var port = await ns.ValueAsync("service/far", ".spec.ports[0].nodePort");
        var askers = new List<Asker>();
        foreach (var node in ThreeMachines.Names)
        {
            askers.AddRange([machines.OnNode(node), await machines.InPodAsync(ns, $"on-{node}")]);
        }

        foreach (var asker in askers)
        {
            await asker.SeesAsync($"http://{far}:8013/hostname", "on-node-3");
            foreach (var node in ThreeMachines.Names)
            {
                await asker.SeesAsync($"http://{machines.AddressOf(node)}:{port}/hostname", "on-node-3");
                await asker.SeesAsync($"http://{machines.AddressOf(node)}:8013/hostname", "on-node-3");
            }

            var first = await Eventually.SeeAsync(
                $"a page for {asker.Name}", Patience, () => asker.AskAsync($"http://{sticky}/hostname"), seen => seen.StartsWith("on-node-", StringComparison.Ordinal));
            for (var i = 0; i < 10; i++)
            {
                Assert.Equal(first, await asker.AskAsync($"http://{sticky}/hostname"));
            }

            await asker.SeesAsync($"http://{near}/hostname", asker.Name.StartsWith("on-", StringComparison.Ordinal) ? asker.Name : $"on-{asker.Name}");
            await (asker.Name.EndsWith("node-2", StringComparison.Ordinal) ? asker.SeesAsync($"http://{only}/hostname", "on-node-2") : asker.SeesNothingAsync($"http://{only}/hostname"));
        }

        // Row 001.15, on a node's localhost too.
        Assert.Equal(ThreeMachines.Names.Select(machines.AddressOf), (await ns.ValueAsync("service/far", ".status.loadBalancer.ingress[*].ip")).Split(' '));
        var url = await ns.RunAsync("get", "svc", "far", "-o", "jsonpath=http://{.status.loadBalancer.ingress[0].*}:8013");
        await machines.OnNode("node-2").SeesAsync($"{url}/hostname", "on-node-3");
        await machines.OnNode("node-2").SeesAsync($"http://127.0.0.1:{port}/hostname", "on-node-3");

        // Who comes from outside is seen as who it is, where the endpoint is, and gets no answer elsewhere.
        var local = await ns.ValueAsync("service/only", ".spec.ports[0].nodePort");
        await machines.OnNode("node-1").SeesAsync($"http://{machines.AddressOf("node-2")}:{local}/clientip", $"::ffff:{machines.AddressOf("node-1")}");
        await machines.OnNode("node-1").SeesNothingAsync($"http://{machines.AddressOf("node-3")}:{local}/clientip");

        Task<string> AddressOfAsync(string service) => ns.ValueAsync($"service/{service}", ".spec.clusterIP");
    }

    [Fact]
    public async Task A_load_balancer_that_keeps_to_its_nodes_has_the_addresses_of_those_with_endpoints()
    {
        var ns = await Cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Pod("node-2"));
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Service
            metadata: {name: local}
            spec: {type: LoadBalancer, selector: {place: node-2}, externalTrafficPolicy: Local, ports: [{port: 8014, targetPort: 8080}]}
            """);
        await AddressesAsync(ns, "", "node-2");
        await ns.SeesAsync("service/local", ".status.loadBalancer.ingress[*].ip", machines.AddressOf("node-2"), Patience);
        await machines.OnNode("node-1").SeesAsync($"http://{machines.AddressOf("node-2")}:8014/clientip", $"::ffff:{machines.AddressOf("node-1")}");
        await ns.RunAsync("patch", "service", "local", "-p", """{"spec": {"externalTrafficPolicy": "Cluster"} }""");
        await ns.SeesAsync("service/local", ".status.loadBalancer.ingress[*].ip", string.Join(' ', ThreeMachines.Names.Select(machines.AddressOf)), Patience);
    }

    [Fact]
    public async Task Names_are_found_from_every_node()
    {
        var ns = await Cluster.NewNamespaceAsync();
        await ns.ApplyAsync(string.Join("\n---\n", ThreeMachines.Names.Select(node => Pod(node)).Concat(ThreeMachines.Names.Select(node => HostPod(node)))));
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {clusterIP: None, selector: {place: node-2}, ports: [{port: 8080}]}
            """);
        await AddressesAsync(ns, "");
        await AddressesAsync(ns, "host-");
        var address = await ns.ValueAsync("pod/on-node-2", ".status.podIP");
        foreach (var pod in ThreeMachines.Names.SelectMany(node => (string[])[$"on-{node}", $"host-on-{node}"]))
        {
            await Eventually.SeeAsync(
                $"the address in {pod}",
                Patience,
                () => ns.TryAsync(KubectlVersion.Newest, "exec", pod, "--", "nslookup", $"web.{ns.Name}.svc.cluster.local"),
                seen => seen.Output.Contains($"Address: {address}\n", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Policies_know_the_pods_of_other_nodes()
    {
        var ns = await Cluster.NewNamespaceAsync();
        await ns.ApplyAsync(string.Join("\n---\n", ThreeMachines.Names.Select(node => Pod(node))));
        var pods = await AddressesAsync(ns, "");
        await ns.ApplyAsync(Policy("{podSelector: {matchLabels: {place: node-2}}, ingress: [{from: [{podSelector: {matchLabels: {place: node-3}}}]}]}"));

        await (await machines.InPodAsync(ns, "on-node-1")).SeesNothingAsync($"http://{pods["node-2"]}:8080/hostname");
        await (await machines.InPodAsync(ns, "on-node-3")).SeesAsync($"http://{pods["node-2"]}:8080/clientip", $"::ffff:{pods["node-3"]}");
        await ns.RunAsync("label", "pod", "on-node-1", "place=node-3", "--overwrite");
        await (await machines.InPodAsync(ns, "on-node-1")).SeesAsync($"http://{pods["node-2"]}:8080/clientip", $"::ffff:{pods["node-1"]}");

        await ns.ApplyAsync(Policy("{podSelector: {matchLabels: {place: node-3}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {place: node-2}}}]}]}"));
        await (await machines.InPodAsync(ns, "on-node-3")).SeesNothingAsync($"http://{pods["node-1"]}:8080/hostname");
        await (await machines.InPodAsync(ns, "on-node-3")).SeesAsync($"http://{pods["node-2"]}:8080/hostname", "on-node-2");
    }

    [Fact]
    public async Task A_pod_on_another_node_is_kept_to_the_policies_from_its_first_moment()
    {
        var ns = await Cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Pod("node-1"));
        await ns.ApplyAsync(Policy("{podSelector: {matchLabels: {kept: in}}, policyTypes: [Egress]}"));
        var address = (await AddressesAsync(ns, "", "node-1"))["node-1"];
        await machines.OnNode("node-2").SeesAsync($"http://{address}:8080/hostname", "on-node-1");
        foreach (var (name, label, said, wait) in new[] { ("kept", "in", "kept", 2), ("free", "out", "reached", 30) })
        {
            await ns.ApplyAsync($$"""
                apiVersion: v1
                kind: Pod
                metadata: {name: {{name}}, labels: {kept: {{label}} } }
                spec:
                  nodeName: node-2
                  restartPolicy: Never
                  containers: [{name: app, image: coppice/testapp:1, command: [sh, -c, "case $(printf 'GET /hostname HTTP/1.0\r\n\r\n' | nc -w {{wait}} {{address}} 8080 2> /dev/null) in HTTP*) echo reached;; *) echo kept;; esac"]}]
                """);
            await ns.SeesAsync($"pod/{name}", ".status.phase", "Succeeded", Patience);
            Assert.Equal(said, (await ns.RunAsync("logs", name)).Trim());
        }
    }

    /// <summary>The addresses of the pods on the nodes, when they are Ready.</summary>
    private static async Task<Dictionary<string, string>> AddressesAsync(TestNamespace ns, string prefix, params IReadOnlyList<string> nodes)
    {
        var addresses = new Dictionary<string, string>();
        foreach (var node in nodes.Count == 0 ? ThreeMachines.Names : nodes)
        {
            await ns.PodIsReadyAsync($"{prefix}on-{node}", Patience);
            addresses[node] = await ns.ValueAsync($"pod/{prefix}on-{node}", ".status.podIP");
        }

        return addresses;
    }

    private async Task<string> RoutesAsync(string node) => (await OnNodeAsync(node, "ip", "route")).OrThrow();

    private Task<CommandResult> OnNodeAsync(string node, params string[] command) => machines.NetworkOf(node).Enter(new Command(command[0], command[1..])).RunAsync();

    private static string Policy(string spec) => $$"""
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: policy}
        spec: {{spec}}
        """;

    private static string Pod(string node) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: on-{{node}}, labels: {app: web, place: {{node}} } }
        spec: {nodeName: {{node}}, terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
        """;

    private static string HostPod(string node) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: host-on-{{node}} }
        spec:
          nodeName: {{node}}
          hostNetwork: true
          dnsPolicy: ClusterFirstWithHostNet
          terminationGracePeriodSeconds: 1
          containers: [{name: app, image: coppice/testapp:1, args: [serve, --port=8090, "--version={{node}}"]}]
        """;
}
