using Coppice.Cluster.Harness;
using Coppice.Cluster.Smoke;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>A node whose components know the cluster by HTTPS alone, each under a certificate of its own, as on another machine.</summary>
public sealed class NodeOverHttpsTests
{
    private const string Objects = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {color: green}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: keys}
        stringData: {word: sesame}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: app}
        spec: {selector: {app: app}, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: app, labels: {app: app}}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: app
            image: coppice/testapp:1
            command: [sh, -c, 'cat /settings/color; echo " $WORD $APP_SERVICE_PORT"; wc -c < /var/run/secrets/kubernetes.io/serviceaccount/token; while :; do sleep 1; done']
            env: [{name: WORD, valueFrom: {secretKeyRef: {name: keys, key: word}}}]
            volumeMounts: [{name: settings, mountPath: /settings}]
          volumes: [{name: settings, configMap: {name: settings}}]
        """;

    [Fact]
    public async Task A_node_that_knows_the_API_by_HTTPS_alone_does_all_that_a_node_does()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { Arguments = ["--node-api", "https"] });
        await FirstSteps.TakeAsync(cluster);
        var ns = await cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Objects);
        await ns.PodIsReadyAsync("app", Patience);
        Assert.Matches(@"^green sesame 80\n[1-9]\d+\n$", await Eventually.SeeAsync("two lines", Patience, () => ns.RunAsync("logs", "app"), seen => seen.Count(letter => letter == '\n') >= 2));

        await ns.RunAsync("patch", "configmap", "settings", "--patch", """{"data":{"color":"blue"}}""");
        await Eventually.SeeAsync("the new color", Patience, () => ns.RunAsync("exec", "app", "--", "cat", "/settings/color"), seen => seen == "blue");

        await cluster.Faults.SignalContainerAsync(ns.Name, "app", "app", Signal.Kill);
        await ns.RestartsAsync("app", 1, Patience);
        await ns.PodIsReadyAsync("app", Patience);
        Assert.Contains("kubelet", await ns.RunAsync("get", "events", "--field-selector", "reason=Started", "-o", "jsonpath={.items[*].source.component}"));

        await ns.RunAsync("delete", "pod", "app");
        Assert.Null(await ns.GetAsync("pod/app"));
    }

    [Fact]
    public async Task Services_lead_to_their_pods_and_the_nodes_endpoint_knows_whom_the_API_knows()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { Arguments = ["--node-api", "https"] });
        var ns = await cluster.NewNamespaceAsync();
        await ns.RunAsync("apply", "-f", $"{Repository.Examples}/nginx-recovery/nginx-pod.yaml");
        await ns.RunAsync("label", "pod", "nginx-pod", "app=web");
        await ns.RunAsync("expose", "pod", "nginx-pod", "--name", "web", "--port", "80");
        await ns.PodIsReadyAsync("nginx-pod", Patience);
        var address = await ns.ValueAsync("service/web", ".spec.clusterIP");
        await Eventually.TrueAsync("the service's answer", Patience, async () =>
            (await cluster.Inside(new Command("curl", ["--silent", "--max-time", "5", $"http://{address}/"])).RunAsync()).Output.Contains("Welcome to nginx!", StringComparison.Ordinal));

        await Eventually.TrueAsync("the service account", Patience, async () => await ns.GetAsync("serviceaccount/default") is not null);
        var token = (await ns.RunAsync("create", "token", "default")).Trim();
        var url = $"https://{cluster.NodeAddress}:10250/metrics";
        Assert.Equal("Unauthorized401", await AskAsync(url, "--header", "Authorization: Bearer forged"));
        Assert.Equal(
            $"Forbidden (user=system:serviceaccount:{ns.Name}:default, verb=get, resource=nodes, subresource(s)=[metrics])403",
            await AskAsync(url, "--header", $"Authorization: Bearer {token}"));
        Assert.Equal("ok", await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "--raw", "/api/v1/nodes/node-1/proxy/healthz"));

        async Task<string> AskAsync(string what, params IReadOnlyList<string> more) =>
            (await cluster.Inside(new Command("curl", ["--silent", "--insecure", "--write-out", "%{http_code}", .. more, what])).RunAsync()).OrThrow();
    }
}
