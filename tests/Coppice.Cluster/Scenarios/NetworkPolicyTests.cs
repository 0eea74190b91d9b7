using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Who reaches whom, with real pods.</summary>
public sealed class NetworkPolicyTests(SharedCluster shared)
{
    // Who is to be kept out need not be waited for as long as who is to get through.
    private const string Short = "1";
    private const string Long = "5";

    private const string Pods = """
        apiVersion: v1
        kind: Pod
        metadata: {name: a, labels: {pod: a}}
        spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: coppice/testapp:1, args: [serve], ports: [{containerPort: 8080, name: http}]}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: b, labels: {pod: b}}
        spec:
          terminationGracePeriodSeconds: 1
          containers: [{name: app, image: coppice/testapp:1, args: [serve], ports: [{containerPort: 8080, name: http}], readinessProbe: {httpGet: {path: /hostname, port: 8080}, periodSeconds: 1}}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        spec: {selector: {pod: a}, ports: [{port: 80, targetPort: http}]}
        """;

    [Fact]
    public async Task Policies_hold_between_pods_and_go_again()
    {
        var (x, y) = (await shared.NewNamespaceAsync(), await shared.NewNamespaceAsync());
        await x.ApplyAsync(Pods);
        await y.ApplyAsync(Pods);
        foreach (var (ns, pod) in new[] { (x, "a"), (x, "b"), (y, "a") })
        {
            await ns.PodIsReadyAsync(pod, Patience);
        }

        await SeesAsync(x, y, "");

        await x.ApplyAsync(Policy("{podSelector: {}, policyTypes: [Ingress]}"));
        await SeesAsync(x, y, "xa>xb xb>xa xb>service ya>xa ya>xb ya>service");
        // What is forbidden to others, the node may: to look whether a pod is ready.
        await x.PodIsReadyAsync("b", Patience);
        Assert.Contains("Policy Types: Ingress", await x.RunAsync(KubectlVersion.Old, "describe", "networkpolicy", "policy"), StringComparison.Ordinal);

        await x.ApplyAsync(Policy("{podSelector: {matchLabels: {pod: a}}, ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}], ports: [{port: http}]}]}"));
        await SeesAsync(x, y, "ya>xa ya>service");

        await x.ApplyAsync(Policy($"{{podSelector: {{matchLabels: {{pod: b}}}}, policyTypes: [Egress], egress: [{{to: [{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {y.Name}}}}}}}]}}]}}"));
        await SeesAsync(x, y, "xb>xa xb>service xb>api");

        await x.RunAsync(KubectlVersion.Old, "delete", "networkpolicy", "policy");
        await SeesAsync(x, y, "");
    }

    [Fact]
    public async Task A_pod_is_kept_to_the_policies_from_its_first_moment()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Pods);
        await ns.PodIsReadyAsync("a", Patience);
        await ns.ApplyAsync(Policy("{podSelector: {matchLabels: {kept: in}}, policyTypes: [Egress]}"));

        var address = await ns.ValueAsync("pod/a", ".status.podIP");
        await ns.Cluster.PageAsync($"http://{address}:8080/hostname");
        foreach (var (name, label, said, wait) in new[] { ("kept", "in", "kept", 2), ("free", "out", "reached", 30) })
        {
            await ns.ApplyAsync($$"""
                apiVersion: v1
                kind: Pod
                metadata: {name: {{name}}, labels: {kept: {{label}} } }
                spec:
                  restartPolicy: Never
                  containers: [{name: app, image: coppice/testapp:1, command: [sh, -c, "case $(printf 'GET /hostname HTTP/1.0\r\n\r\n' | nc -w {{wait}} {{address}} 8080 2> /dev/null) in HTTP*) echo reached;; *) echo kept;; esac"]}]
                """);
            await ns.SeesAsync($"pod/{name}", ".status.phase", "Succeeded", Patience);
            Assert.Equal(said, (await ns.RunAsync("logs", name)).Trim());
        }
    }

    private static string Policy(string spec) => $$"""
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: policy}
        spec: {{spec}}
        """;

    /// <summary>Waits until just these ways are closed.</summary>
    private static Task SeesAsync(TestNamespace x, TestNamespace y, string closed) => Eventually.SeeAsync(
        $"closed ways to be \"{closed}\"",
        Patience,
        async () =>
        {
            (string Name, TestNamespace Namespace, string Pod)[] callers = [("xa", x, "a"), ("xb", x, "b"), ("ya", y, "a")];
            var ways = new List<Task<string>>();
            foreach (var caller in callers)
            {
                var process = await caller.Namespace.Cluster.Faults.ProcessOfAsync(caller.Namespace.Name, caller.Pod, "app");
                foreach (var callee in callers.Where(callee => callee != caller))
                {
                    var address = await callee.Namespace.ValueAsync($"pod/{callee.Pod}", ".status.podIP");
                    ways.Add(ClosedAsync($"{caller.Name}>{callee.Name}", process, $"http://{address}:8080/hostname", closed));
                }

                if (caller.Name != "xa")
                {
                    var service = await x.ValueAsync("service/a", ".spec.clusterIP");
                    ways.Add(ClosedAsync($"{caller.Name}>service", process, $"http://{service}/hostname", closed));
                }

                ways.Add(ClosedAsync($"{caller.Name}>api", process, "https://10.96.0.1/version", closed));
            }

            return string.Join(' ', (await Task.WhenAll(ways)).Where(way => way.Length > 0));
        },
        seen => seen == closed);

    private static async Task<string> ClosedAsync(string way, int process, string address, string closed)
    {
        var wait = closed.Split(' ').Contains(way) ? Short : Long;
        var call = await new Command("nsenter", $"--net=/proc/{process}/ns/net", "curl", "-sk", "-o", "/dev/null", "-m", wait, address).RunAsync();
        return call.ExitCode == 0 ? "" : way;
    }
}
