using System.Diagnostics;
using Coppice.Client;
using Coppice.Cluster.Harness;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Bench.Healing;

/// <summary>
/// How fast a cluster of three nodes does without one that is cut off: until its pods are in no node's service rules, and until others
/// are ready in their place. Each node has a network, a containerd and an agent of its own.
/// </summary>
internal static class NodeFailureBench
{
    private const string Manifest = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 6
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              topologySpreadConstraints:
              - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, nodeTaintsPolicy: Honor, matchLabelKeys: [pod-template-hash], labelSelector: {matchLabels: {app: web}}}
              containers: [{name: app, image: coppice/testapp:1, args: [serve]}]
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db}
        spec:
          serviceName: db
          podManagementPolicy: Parallel
          replicas: 3
          selector: {matchLabels: {app: db}}
          template:
            metadata: {labels: {app: db}}
            spec:
              terminationGracePeriodSeconds: 1
              topologySpreadConstraints:
              - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, nodeTaintsPolicy: Honor, labelSelector: {matchLabels: {app: db}}}
              containers: [{name: app, image: coppice/testapp:1, args: [serve]}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // A node that was away for seconds and came back is waited for longer, until so much later.
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(40);

    public static async Task RunAsync(int rounds)
    {
        await HealingBench.RequireBinaryAsync();
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        using var api = HealingBench.Connect(cluster);
        await using var second = await JoinedMachine.StartAsync(cluster, 2);
        await using var third = await JoinedMachine.StartAsync(cluster, 3);
        await second.IsReadyAsync(Patience);
        await third.IsReadyAsync(Patience);
        (await (cluster.Kubectl.CommandFor(KubectlVersion.Newest, "apply", "-f", "-") with { Input = Manifest }).RunAsync()).OrThrow();

        await using var nodes = await Sight<Objects.Core.Node>.OpenAsync(api, null);
        var told = new Figure("node known as gone → in no node's service rules", "≤ 100 ms");
        var rules = new Figure("node cut off → in no node's service rules", "≤ 3000 ms; Kubernetes 40 s of grace");
        var replaced = new Figure("node cut off → pods of a Deployment ready elsewhere", "≤ 10000 ms; Kubernetes 40 s of grace and 300 s of toleration");
        var fenced = new Figure("node cut off → pods of a StatefulSet ready elsewhere", "≤ 10000 ms; Kubernetes never, without a person");
        for (var round = 0; round < rounds; round++)
        {
            // The restart spreads what was crowded while the node was away.
            await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "rollout", "restart", "deployment/web", "statefulset/db");
            foreach (var workload in (string[])["deployment/web", "statefulset/db"])
            {
                await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "rollout", "status", workload, "--timeout=120s");
            }

            var before = await UntilAsync(api, pods => pods.Count(IsReady) == 9 && pods.Count == 9 && pods.Where(pod => pod.Spec.NodeName == second.Name).Select(AppOf).Distinct().Count() == 2);
            var lost = before.Where(pod => pod.Spec.NodeName == second.Name).ToList();
            var addresses = lost.Where(pod => AppOf(pod) == "web").Select(pod => pod.Status.PodIP!).ToList();

            var verdict = nodes.UntilAsync(change => change.Item.Metadata.Name == second.Name && change.Item.Status.Conditions.Any(one => one is { Type: "Ready", Status: "Unknown" }));
            var begun = Stopwatch.GetTimestamp();
            await second.CutAsync();
            var gone = (await Task.WhenAll(WithoutAsync(addresses, cluster.Inside, cluster.Instance), WithoutAsync(addresses, third.Inside, third.Instance))).Max();
            rules.Ours(Stopwatch.GetElapsedTime(begun, gone));
            told.Ours(Stopwatch.GetElapsedTime((await verdict).At, gone));
            await UntilAsync(api, pods => Elsewhere(pods, "web") == 6);
            replaced.Ours(Stopwatch.GetElapsedTime(begun));
            await UntilAsync(api, pods => Elsewhere(pods, "db") == 3);
            fenced.Ours(Stopwatch.GetElapsedTime(begun));
            Console.WriteLine($"round {round + 1} of {rounds}: all are ready elsewhere after {Stopwatch.GetElapsedTime(begun).TotalSeconds:n1} s; load {Figure.Load()}");

            await second.MendAsync();
            await second.IsReadyAsync(Patience);
            await Task.Delay(Remembered);
        }

        told.Print();
        rules.Print();
        replaced.Print();
        fenced.Print();

        int Elsewhere(IReadOnlyList<Pod> pods, string app) =>
            pods.Count(pod => IsReady(pod) && pod.Spec.NodeName != second.Name && AppOf(pod) == app);
    }

    private static string? AppOf(Pod pod) => pod.Metadata.Labels.GetValueOrDefault("app");

    private static bool IsReady(Pod pod) => pod.Metadata.DeletionTimestamp is null && PodConditions.IsTrue(pod.Status, PodConditionType.Ready);

    private static async Task<IReadOnlyList<Pod>> UntilAsync(IApiClient api, Func<IReadOnlyList<Pod>, bool> satisfied)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var pods = (await api.ListAsync<Pod>(new ListQuery("default"), CancellationToken.None)).Items;
            if (satisfied(pods))
            {
                return pods;
            }

            if (Stopwatch.GetElapsedTime(begun) > Patience)
            {
                throw new TimeoutException($"the pods stay {string.Join(", ", pods.Select(pod => $"{pod.Metadata.Name} on {pod.Spec.NodeName}: {pod.Status.Phase}"))}");
            }

            await Task.Delay(20);
        }
    }

    /// <returns>When they were first not seen, as a <see cref="Stopwatch"/> timestamp.</returns>
    private static async Task<long> WithoutAsync(IReadOnlyList<string> addresses, Func<Testing.Command, Testing.Command> inside, string instance)
    {
        var begun = Stopwatch.GetTimestamp();
        while ((await inside(new Testing.Command("nft", "list", "table", "ip", instance)).RunAsync()).OrThrow().Split(' ', '\t', '\n').Intersect(addresses).Any())
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
            {
                throw new TimeoutException($"the rules of {instance} keep {string.Join(", ", addresses)}");
            }

            await Task.Delay(5);
        }

        return Stopwatch.GetTimestamp();
    }
}
