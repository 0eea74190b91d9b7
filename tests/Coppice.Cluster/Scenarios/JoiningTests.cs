using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>A second machine becomes a node with a token, and is used like the first.</summary>
public sealed class JoiningTests
{
    [Fact]
    public async Task A_machine_joins_and_its_pods_are_used_like_those_of_the_first()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        await RefusedAsync(cluster);
        await using var machine = await JoinedMachine.StartAsync(cluster, 2);
        await machine.IsReadyAsync(Patience);
        var ns = await cluster.NewNamespaceAsync();
        await ns.ApplyAsync(JoinedMachine.Pod);
        await ns.PodIsReadyAsync("there", Patience);
        await UsedAsync(cluster, ns);

        // It comes back by what it was given, without a token, and takes over what runs.
        var before = await ns.ValueAsync("pod/there", ".status.containerStatuses[0].containerID");
        await machine.CrashAndStartAsync();
        await machine.IsReadyAsync(Patience);
        await Eventually.SeeAsync("the agent's answer", Patience, () => ns.TryAsync(KubectlVersion.Newest, "exec", "there", "--", "hostname"), seen => seen.Output == "there\n");
        Assert.Equal(before, await ns.ValueAsync("pod/there", ".status.containerStatuses[0].containerID"));
        await ns.RunAsync("delete", "pod", "there");
    }

    [Fact]
    public async Task A_machine_that_nobody_can_dial_is_used_like_any_other()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        await using var machine = await JoinedMachine.CreateAsync(cluster, 2);
        await machine.HideAsync();
        await machine.JoinAsync();
        await machine.IsReadyAsync(Patience);
        Assert.Equal(28, (await cluster.Inside(new Command("curl", ["--silent", "--insecure", "--max-time", "2", $"https://{machine.Address}:10250/healthz"])).RunAsync()).ExitCode);
        var ns = await cluster.NewNamespaceAsync();
        await ns.ApplyAsync(JoinedMachine.Pod);
        await ns.PodIsReadyAsync("there", Patience);
        await UsedAsync(cluster, ns);

        // What runs in it goes on while the tunnel is idle, and is slow; and it is there again after either side was.
        var slow = await ns.TryAsync(KubectlVersion.Newest, "exec", "there", "--", "sh", "-c", "sleep 12; head -c 5000000 /dev/zero | wc -c");
        Assert.Equal("5000000", slow.OrThrow().Trim());
        await cluster.Faults.KillCoppiceAsync();
        await cluster.Faults.StartCoppiceAsync();
        await Eventually.SeeAsync("the agent's answer to a new server", Patience, () => ns.TryAsync(KubectlVersion.Newest, "exec", "there", "--", "hostname"), seen => seen.Output == "there\n");
        await machine.CrashAndStartAsync();
        await Eventually.SeeAsync("a new agent's answer", Patience, () => ns.TryAsync(KubectlVersion.Newest, "exec", "there", "--", "hostname"), seen => seen.Output == "there\n");
        await ns.RunAsync("delete", "pod", "there");
    }

    /// <summary>Commands in its pod, its log, its ports, and what it uses are the node's to tell, and come from its agent.</summary>
    private static async Task UsedAsync(RunningCluster cluster, TestNamespace ns)
    {
        foreach (var kubectl in (KubectlVersion[])[KubectlVersion.Newest, KubectlVersion.Old])
        {
            Assert.Equal("there\n", (await ns.TryAsync(kubectl, "exec", "there", "--", "hostname")).OrThrow());
            var failed = await ns.TryAsync(kubectl, "exec", "there", "--", "sh", "-c", "echo out; echo err >&2; exit 7");
            Assert.Equal(7, failed.ExitCode);
            Assert.Contains("err", failed.Error);
        }

        await ns.RunAsync("exec", "there", "--", "sh", "-c", "echo told > /proc/1/fd/1");
        await Eventually.SeeAsync("its log", Patience, () => ns.RunAsync("logs", "there", "--tail", "1"), seen => seen.EndsWith("told\n", StringComparison.Ordinal));
        Assert.Contains("is not valid for pod", (await ns.TryAsync(KubectlVersion.Newest, "logs", "there", "-c", "no")).Error);
        await ForwardedAsync(cluster, ns);
        await Eventually.SeeAsync("what the node uses", Patience, () => cluster.Kubectl.TryAsync(KubectlVersion.Newest, "top", "node", "node-2"), seen => seen.Succeeded && seen.Output.Contains("node-2"));
        Assert.Equal("ok", await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "--raw", "/api/v1/nodes/node-2/proxy/healthz"));
    }

    private static async Task ForwardedAsync(RunningCluster cluster, TestNamespace ns)
    {
        foreach (var (kubectl, port) in new[] { (KubectlVersion.Newest, 18080), (KubectlVersion.Old, 18081) })
        {
            await using var forward = ns.Start(kubectl, "port-forward", "there", $"{port}:80");
            await Eventually.SeeAsync(
                "the page through a forwarded port",
                Patience,
                () => cluster.Inside(new Command("curl", ["--silent", "--max-time", "5", $"http://127.0.0.1:{port}/"])).RunAsync(),
                seen => seen.Output.Contains("Welcome to nginx!", StringComparison.Ordinal));
        }
    }

    /// <summary>What cannot be joined with says so, and what to do.</summary>
    private static async Task RefusedAsync(RunningCluster cluster)
    {
        var good = await JoinedMachine.NewTokenAsync(cluster, "--ttl", "1h", "--description", "for the cellar");
        var tokens = (await cluster.Inside(new Command(Repository.CoppiceBinary(), "token", "list", "--data-dir", cluster.DataDirectory)).RunAsync()).OrThrow();
        Assert.Contains(good[..6], tokens);
        Assert.Contains("for the cellar", tokens);
        Assert.DoesNotContain(good.Split('.')[1], tokens);

        Assert.Contains("is of another cluster", await JoinAsync(good[..24] + new string('0', 64)));
        Assert.Contains("the name node-1 is taken by the node at 192.0.2.10", await JoinAsync(good, "--node-name", "node-1", "--node-address", "192.0.2.99"));
        (await cluster.Inside(new Command(Repository.CoppiceBinary(), "token", "delete", good, "--data-dir", cluster.DataDirectory)).RunAsync()).OrThrow();
        Assert.Contains("the token has expired or was deleted", await JoinAsync(good));
        Assert.Contains("is no token that", await JoinAsync("abc"));

        async Task<string> JoinAsync(string token, params IReadOnlyList<string> more)
        {
            using var folder = new TemporaryDirectory();
            var result = await cluster.Inside(new Command(
                Repository.CoppiceBinary(),
                ["agent", "--server", JoinedMachine.ServerOf(cluster), "--token", token, "--data-dir", folder.File("data"), "--instance", "refused", "--kubelet-port", "10999", .. more])).RunAsync();
            Assert.Equal(2, result.ExitCode);
            return result.Everything;
        }
    }
}
