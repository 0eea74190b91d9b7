using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Coppice is replaced by another build of it, on one machine after the other, while pods of both are asked all the time.</summary>
[Collection(nameof(Alone))]
public sealed class UpgradeTests
{
    private const int RequestsPerSecond = 200;

    // What must not run twice is on the second machine: its lease lasts over the upgrades of the server and of its agent.
    private const string Manifest = """
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: app, image: coppice/testapp:1, args: [serve], readinessProbe: {httpGet: {path: /hostname, port: 8080}, periodSeconds: 1}}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db}
        spec:
          serviceName: db
          selector: {matchLabels: {app: db}}
          template:
            metadata: {labels: {app: db}}
            spec:
              nodeSelector: {kubernetes.io/hostname: node-2}
              terminationGracePeriodSeconds: 1
              containers: [{name: app, image: coppice/testapp:1, args: [serve]}]
        """;

    [Fact]
    public async Task Another_build_takes_over_on_each_machine_in_turn_and_no_request_is_lost()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        await using var second = await JoinedMachine.StartAsync(cluster, 2);
        await second.IsReadyAsync(Patience);
        using var folder = new TemporaryDirectory();
        var build = await OtherBuildAsync(folder.Path);
        var ns = await cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Manifest);
        await ns.SeesAsync("daemonset/web", ".status.numberReady", "2", Patience);
        await ns.PodIsReadyAsync("db-0", Patience);
        var before = await ContainersAsync(ns);
        var service = $"http://{await ns.ValueAsync("service/web", ".spec.clusterIP")}/hostname";
        var port = $"http://{second.Address}:{await ns.ValueAsync("service/web", ".spec.ports[0].nodePort")}/hostname";
        using var there = second.Network.NewHttpClient(TimeSpan.FromSeconds(10));
        await Eventually.SeeAsync("a page of the service", Patience, () => there.GetStringAsync(service), _ => true);
        await cluster.PageAsync(port);
        await using var inside = SteadyLoad.Start(second.Network, service, RequestsPerSecond);
        await using var outside = SteadyLoad.Start(cluster.Network, port, RequestsPerSecond);
        await Eventually.TrueAsync("loads that are answered", Patience, () => inside.Answered > RequestsPerSecond && outside.Answered > RequestsPerSecond);

        foreach (var (inMachine, directory) in ((Func<Command, Command>, string)[])[(cluster.Inside, cluster.DataDirectory), (second.Inside, second.DataDirectory)])
        {
            var said = (await inMachine(new Command(build, "up", "--data-dir", directory)).RunAsync()).OrThrow();
            Assert.Contains("Another build of coppice is running", said);
            var running = int.Parse((await File.ReadAllLinesAsync(Path.Combine(directory, "coppice.pid")))[0]);
            Assert.Equal(build, new FileInfo($"/proc/{running}/exe").LinkTarget);
            Assert.Contains("coppice is already running", (await inMachine(new Command(build, "up", "--data-dir", directory)).RunAsync()).OrThrow());
        }

        // It works, and everything went on meanwhile.
        await ns.RunAsync("create", "configmap", "after");
        await cluster.NodeIsReadyAsync(Patience);
        await Eventually.SeeAsync("a command in a pod of the second machine", Patience, () => ns.TryAsync(KubectlVersion.Newest, "exec", "db-0", "--", "true"), seen => seen.Succeeded);
        Assert.Equal(before, await ContainersAsync(ns));
        Assert.Empty(await inside.EndAsync());
        Assert.Empty(await outside.EndAsync());
    }

    /// <summary>The same program with other dates, as somebody else's build of it has.</summary>
    private static async Task<string> OtherBuildAsync(string folder)
    {
        var program = Repository.CoppiceBinary();
        (await new Command("cp", "-a", $"{Path.GetDirectoryName(program)}/.", folder).RunAsync()).OrThrow();
        var copy = Path.Combine(folder, Path.GetFileName(program));
        File.SetLastWriteTimeUtc(copy, File.GetLastWriteTimeUtc(copy).AddDays(1));
        return copy;
    }

    /// <summary>Which containers run, and how often each was started again.</summary>
    private static Task<string> ContainersAsync(TestNamespace ns) => ns.RunAsync(
        "get", "pods", "--sort-by=.metadata.name", "-o", "jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}{\"\\n\"}{end}");
}
