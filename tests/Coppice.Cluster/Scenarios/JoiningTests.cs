using System.Security.Cryptography.X509Certificates;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>A second machine becomes a node with a token, and one that may not is told why.</summary>
public sealed class JoiningTests
{
    private const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: there}
        spec:
          nodeName: node-2
          terminationGracePeriodSeconds: 1
          containers:
          - name: web
            image: nginx:1.16.0
            resources: {requests: {cpu: 10m}}
        """;

    [Fact]
    public async Task A_machine_joins_and_its_pods_are_used_like_those_of_the_first()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        await RefusedAsync(cluster);
        await using var machine = await JoinedMachine.StartAsync(cluster, 2);
        await machine.IsReadyAsync(Patience);
        var ns = await cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Pod);
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
        await ns.ApplyAsync(Pod);
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

    [Fact]
    public async Task A_node_lives_longer_than_its_certificates_and_one_that_did_not_renew_them_says_what_to_do()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { Arguments = ["--cluster-signing-duration", "30s"] });
        await using var machine = await JoinedMachine.StartAsync(cluster, 2);
        await machine.IsReadyAsync(Patience);
        var ns = await cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Pod);
        await ns.PodIsReadyAsync("there", Patience);
        var first = CertificatesOf(machine);
        await Eventually.TrueAsync("the end of its first certificates", Patience, () => first.Values.Max(one => one.NotAfter) < DateTime.Now);
        Assert.All(CertificatesOf(machine), one => Assert.NotEqual(first[one.Key].SerialNumber, one.Value.SerialNumber));
        Assert.Equal("there\n", (await ns.TryAsync(KubectlVersion.Newest, "exec", "there", "--", "hostname")).OrThrow());
        await ns.RunAsync("label", "pod", "there", "seen=yes");
        await machine.IsReadyAsync(Patience);
        var log = await File.ReadAllTextAsync(Path.Combine(machine.Logs, "coppice.log"));
        Assert.DoesNotContain("Unauthorized", log);
        Assert.DoesNotContain("could not be renewed", log);

        var running = await ns.ValueAsync("pod/there", ".status.containerStatuses[0].containerID");
        await machine.StopAsync();
        await Eventually.TrueAsync("the end of its last certificate", Patience, () => CertificatesOf(machine)["agent.pem"].NotAfter < DateTime.Now);
        await machine.StartAgainAsync();
        Assert.Matches("the certificate of this node was good until .*: join again, .*: coppice up --join https://192.0.2.10:6443/ --token TOKEN", await machine.EndsAsync(Patience));
        await machine.JoinAsync();
        await Eventually.SeeAsync("the agent's answer", Patience, () => ns.TryAsync(KubectlVersion.Newest, "exec", "there", "--", "hostname"), seen => seen.Output == "there\n");
        Assert.Equal(running, await ns.ValueAsync("pod/there", ".status.containerStatuses[0].containerID"));
        await ns.RunAsync("delete", "pod", "there");
    }

    [Fact]
    public async Task A_full_disk_of_one_node_is_its_own_trouble()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        await using var machine = await JoinedMachine.CreateAsync(cluster, 2, dataDirectoryMiB: 300);
        await machine.JoinAsync();
        await machine.IsReadyAsync(Patience);
        var ns = await cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Pod);
        await ns.PodIsReadyAsync("there", Patience);
        using (machine.FillDataDirectory())
        {
            await Eventually.SeeAsync(
                "that the node says so",
                Patience,
                () => cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "node", "node-2", "-o", "jsonpath={.status.conditions[?(@.type==\"DiskPressure\")].status}"),
                seen => seen == "True");

            // What runs there runs on and is reached (but no command in it is begun, of which the runtime would have to write), and what is new
            // goes elsewhere.
            var page = await cluster.Inside(new Command("curl", ["--silent", "--max-time", "10", $"http://{await ns.ValueAsync("pod/there", ".status.podIP")}/"])).RunAsync();
            Assert.Contains("Welcome to nginx!", page.Output);
            await ns.RunAsync("create", "deployment", "others", "--image=nginx:1.16.0", "--replicas=3");
            await ns.RunAsync("rollout", "status", "deployment/others", "--timeout=120s");
            Assert.Equal("node-1 node-1 node-1", await ns.RunAsync("get", "pods", "-l", "app=others", "-o", "jsonpath={.items[*].spec.nodeName}"));
        }

        await Eventually.SeeAsync(
            "that the node has room again",
            Patience,
            () => cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "node", "node-2", "-o", "jsonpath={.status.conditions[?(@.type==\"DiskPressure\")].status} {.spec.taints}"),
            seen => seen == "False ");
        await ns.ApplyAsync(Pod.Replace("there", "again", StringComparison.Ordinal));
        await ns.PodIsReadyAsync("again", Patience);
        await ns.RunAsync("delete", "pod,deployment", "--all");
    }

    [Fact]
    public async Task The_commands_do_on_a_node_what_they_say()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        await using var machine = await JoinedMachine.StartAsync(cluster, 2);
        await machine.IsReadyAsync(Patience);
        var ns = await cluster.NewNamespaceAsync();
        await ns.ApplyAsync(Pod);
        await ns.PodIsReadyAsync("there", Patience);
        await SaidAsync(cluster, machine);
        await DeletedAsync(cluster, machine, ns);

        Assert.Contains("coppice is stopped; containers go on running", (await machine.CoppiceAsync("down")).OrThrow());
        var away = await machine.CoppiceAsync("status");
        Assert.Equal(3, away.ExitCode);
        Assert.Contains("Coppice does not run on this machine, the node node-2 of the cluster at https://192.0.2.10:6443: \"coppice up\" starts it", away.Output.ReplaceLineEndings(" "));
        Assert.Contains("The node is Ready", (await machine.CoppiceAsync("up")).OrThrow());
        Assert.Contains("coppice is already running", (await machine.CoppiceAsync("up", "--join", JoinedMachine.ServerOf(cluster), "--token", await JoinedMachine.NewTokenAsync(cluster))).OrThrow());
        Assert.Contains("This machine is the node node-2 of the cluster at https://192.0.2.10:6443", (await machine.CoppiceAsync("status")).OrThrow());

        var purged = (await machine.CoppiceAsync("down", "--purge")).OrThrow();
        Assert.Contains("the cluster at https://192.0.2.10:6443/ still knows the node node-2: \"kubectl delete node node-2\" there makes it forget", purged);
        Assert.False(Directory.Exists(machine.DataDirectory));
        Assert.Contains("there is no cluster in", (await machine.CoppiceAsync("status")).Error);
    }

    [Fact]
    public async Task A_machine_that_must_not_join_says_why_and_everybody_goes_on()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        await using var machine = await JoinedMachine.CreateAsync(cluster, 2);
        var token = await JoinedMachine.NewTokenAsync(cluster);
        string[] join = ["--join", JoinedMachine.ServerOf(cluster), "--token", token];

        // A server stays one, whether it runs or not.
        var server = await cluster.Inside(new Command(Repository.CoppiceBinary(), ["up", .. join, "--data-dir", cluster.DataDirectory])).RunAsync();
        Assert.Equal(2, server.ExitCode);
        Assert.Contains($"coppice: this machine is the server of a cluster already, whose data is in {cluster.DataDirectory}: it stays as it is", server.Error);

        // Another program on the machine has addresses that are the cluster's pods'.
        (await machine.Inside(new Command("ip", "link", "add", "lab0", "type", "veth", "peer", "name", "lab1")).RunAsync()).OrThrow();
        (await machine.Inside(new Command("ip", "address", "add", "10.244.7.1/24", "dev", "lab0")).RunAsync()).OrThrow();
        (await machine.Inside(new Command("ip", "link", "set", "lab1", "up")).RunAsync()).OrThrow();
        (await machine.Inside(new Command("ip", "link", "set", "lab0", "up")).RunAsync()).OrThrow();
        var overlapping = await machine.CoppiceAsync(["up", .. join, "--instance", "overlapping"]);
        Assert.NotEqual(0, overlapping.ExitCode);
        Assert.Contains("the range of pods 10.244.0.0/16 and the machine's network 10.244.7.0/24 overlap, of the cluster that it is to join", overlapping.Error);
        (await machine.Inside(new Command("ip", "link", "delete", "lab0")).RunAsync()).OrThrow();

        // Nobody is there, and who is there is somebody else.
        var nobody = await machine.CoppiceAsync("up", "--join", "https://192.0.2.10:6444", "--token", token);
        Assert.Contains("this machine is no node of the cluster at https://192.0.2.10:6444/ now", nobody.Error);
        Assert.Contains("cannot be reached, or does not answer: Connection refused (192.0.2.10:6444)", nobody.Error);
        var old = await JoinedMachine.NewTokenAsync(cluster, "--ttl", "1s");
        await Eventually.SeeAsync("its end", Patience, () => cluster.Inside(new Command(Repository.CoppiceBinary(), "token", "list", "--data-dir", cluster.DataDirectory)).RunAsync(), seen => seen.Output.Contains("<expired>", StringComparison.Ordinal) || !seen.Output.Contains(old[..6], StringComparison.Ordinal));
        Assert.Contains("the token has expired or was deleted", (await machine.CoppiceAsync("up", "--join", JoinedMachine.ServerOf(cluster), "--token", old)).Error);

        Assert.Equal("node-1", await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "nodes", "-o", "jsonpath={.items[*].metadata.name}"));
        await cluster.NodeIsReadyAsync(Patience);
        await machine.JoinAsync();
        await machine.IsReadyAsync(Patience);
    }

    private static async Task SaidAsync(RunningCluster cluster, JoinedMachine machine)
    {
        var status = (await machine.CoppiceAsync("status")).OrThrow();
        Assert.Contains("This machine is the node node-2 of the cluster at https://192.0.2.10:6443, data in", status);
        Assert.Matches("node-2 +Ready +192.0.2.12", status);
        Assert.Contains("Pods: 1 Running", status);
        Assert.DoesNotContain("node-1", status);
        Assert.Contains("nginx:1.16.0", (await machine.CoppiceAsync("image", "list")).OrThrow());
        foreach (var command in (string[][])[["kubeconfig"], ["token", "list"], ["token", "create"], ["encryption", "rotate"]])
        {
            var refused = await machine.CoppiceAsync(command);
            Assert.Equal(2, refused.ExitCode);
            Assert.StartsWith("coppice: this machine is the node node-2 of the cluster at https://192.0.2.10:6443/: its ", refused.Error, StringComparison.Ordinal);
        }
    }

    /// <summary>As in Kubernetes: its pods end, and it is away until its agent starts again, which needs no token.</summary>
    private static async Task DeletedAsync(RunningCluster cluster, JoinedMachine machine, TestNamespace ns)
    {
        var process = await cluster.Faults.ProcessOfAsync(ns.Name, "there", "web");
        await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "delete", "node", "node-2");
        await Eventually.SeeAsync("the end of its pods", Patience, () => ns.RunAsync("get", "pods", "-o", "name"), seen => seen.Length == 0);
        await Eventually.TrueAsync("the end of its containers", Patience, () => !Directory.Exists($"/proc/{process}"));
        await Eventually.SeeAsync(
            "that it says so", Patience, () => machine.CoppiceAsync("status"), seen => seen.Output.Contains("it was deleted from the cluster, and registers again when coppice starts", StringComparison.Ordinal));
        await Eventually.TrueAsync("its report", Patience, async () => (await File.ReadAllTextAsync(Path.Combine(machine.Logs, "coppice.log"))).Contains("the node node-2 was deleted from the cluster", StringComparison.Ordinal));
        Assert.Equal("node-1", await cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "nodes", "-o", "jsonpath={.items[*].metadata.name}"));
        await machine.CrashAndStartAsync();
        await machine.IsReadyAsync(Patience);
    }

    private static Dictionary<string, X509Certificate2> CertificatesOf(JoinedMachine machine) => Directory
        .EnumerateFiles(Path.Combine(machine.DataDirectory, "pki", "node"), "*.pem")
        .ToDictionary(file => Path.GetFileName(file), file => X509Certificate2.CreateFromPem(File.ReadAllText(file)));

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
