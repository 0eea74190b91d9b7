using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Endpoints that end, and objects that the rules cannot take.</summary>
public sealed class LeavingEndpointTests(SharedCluster shared)
{
    [Theory]
    [InlineData("Cluster", "{httpGet: {path: /hostname, port: 8080}, periodSeconds: 1}")]
    [InlineData("Local", "{httpGet: {path: /hostname, port: 8080}, periodSeconds: 1}")]
    [InlineData("Cluster", "null")]
    public async Task Where_no_endpoint_is_ready_new_connections_go_to_those_that_end_but_still_serve(string policy, string probe)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync($$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 1
              selector: {matchLabels: {app: web} }
              template:
                metadata: {labels: {app: web} }
                spec:
                  terminationGracePeriodSeconds: 60
                  containers:
                  - name: app
                    image: coppice/testapp:1
                    args: [serve]
                    readinessProbe: {{probe}}
                    lifecycle:
                      preStop: {exec: {command: [sh, -c, 'while ! [ -e /tmp/go ]; do sleep 0.1; done'] } }
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {type: NodePort, internalTrafficPolicy: {{policy}}, externalTrafficPolicy: {{policy}}, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
            """);
        await ns.SeesAsync("deployment/web", ".status.availableReplicas", "1", Patience);
        var pod = await ns.ValueAsync("pods", ".items[0].metadata.name");
        string[] fronts =
        [
            $"http://{await ns.ValueAsync("service/web", ".spec.clusterIP")}/hostname",
            $"http://{ns.Cluster.NodeAddress}:{await ns.ValueAsync("service/web", ".spec.ports[0].nodePort")}/hostname",
        ];
        foreach (var front in fronts)
        {
            await Eventually.SeeAsync($"an answer at {front}", Patience, () => AskAnewAsync(ns, front), seen => seen == $"{pod}\n");
        }

        await ns.RunAsync("scale", "deployment", "web", "--replicas=0");
        await Eventually.SeeAsync("an endpoint that ends but serves", Patience,
            () => ns.ValueAsync("endpointslices", ".items[0].endpoints[0].conditions"), seen => seen == """{"ready":false,"serving":true,"terminating":true}""");
        for (var i = 0; i < 20; i++)
        {
            foreach (var front in fronts)
            {
                Assert.Equal($"{pod}\n", await AskAnewAsync(ns, front));
            }
        }

        await ns.RunAsync("exec", pod, "--", "touch", "/tmp/go");
        await Eventually.SeeAsync("no pod", Patience, () => ns.ValueAsync("pods", ".items[*].metadata.name"), seen => seen.Length == 0);
        await ns.Cluster.RefusesAsync(fronts[0]);
    }

    [Fact]
    public async Task A_host_port_that_cannot_be_is_said_of_its_pod_and_stops_nothing_else()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: odd, labels: {app: odd}}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: app, image: coppice/testapp:1, args: [serve], ports: [{containerPort: 8080, hostPort: 18090, hostIP: "::"}, {containerPort: 8080, hostPort: 18091}]}]
            """);
        await ns.PodIsReadyAsync("odd", Patience);
        await Eventually.SeeAsync("an event", Patience, () => ns.RunAsync("get", "events"), seen =>
            seen.Contains("KubeProxyIncorrectIPVersion") && seen.Contains(":: in spec.containers[0].ports[0].hostIP has incorrect IP version"));

        Assert.Equal("odd\n", await ns.Cluster.PageAsync($"http://{ns.Cluster.NodeAddress}:18091/hostname"));
        await ns.RunAsync("expose", "pod", "odd", "--port=80", "--target-port=8080");
        var address = await ns.ValueAsync("service/odd", ".spec.clusterIP");
        Assert.Equal("odd\n", await ns.Cluster.PageAsync($"http://{address}/hostname"));

        // Scheduler and node agree: beside "::" there is room for another address.
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: beside}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: app, image: coppice/testapp:1, args: [serve], ports: [{containerPort: 8080, hostPort: 18090, hostIP: "127.0.0.1"}]}]
            """);
        await ns.PodIsReadyAsync("beside", Patience);
        Assert.Equal("beside\n", await ns.Cluster.PageAsync("http://127.0.0.1:18090/hostname"));
    }

    /// <summary>Over a connection of its own: one that is there goes on leading where it led.</summary>
    private static async Task<string> AskAnewAsync(TestNamespace ns, string front)
    {
        using var http = ns.Cluster.Network.NewHttpClient(TimeSpan.FromSeconds(10));
        return await http.GetStringAsync(front);
    }
}
