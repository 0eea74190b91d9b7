using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>What a machine that has joined is to whoever works on it: its certificates, its disk, the commands there.</summary>
public sealed class NodeMachineTests
{
    [Fact]
    public async Task A_node_lives_longer_than_its_certificates_and_one_that_did_not_renew_them_says_what_to_do()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { Arguments = ["--cluster-signing-duration", "30s"] });
        await using var machine = await JoinedMachine.StartAsync(cluster, 2);
        await machine.IsReadyAsync(Patience);
        var ns = await cluster.NewNamespaceAsync();
        await ns.ApplyAsync(JoinedMachine.Pod);
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
        await ns.ApplyAsync(JoinedMachine.Pod);
        await ns.PodIsReadyAsync("there", Patience);
        using (machine.FillDataDirectory())
        {
            await Eventually.SeeAsync(
                "that the node says so, and is kept from new pods",
                Patience,
                () => cluster.Kubectl.RunAsync(
                    KubectlVersion.Newest, "get", "node", "node-2", "-o",
                    "jsonpath={.status.conditions[?(@.type==\"DiskPressure\")].status} {.spec.taints[?(@.key==\"node.kubernetes.io/disk-pressure\")].effect}"),
                seen => seen == "True NoSchedule");

            // What runs there runs on and is reached (but no command in it is begun, of which the runtime would have to write), and what is new
            // goes elsewhere.
            Assert.Contains("Welcome to nginx!", await cluster.PageAsync($"http://{await ns.ValueAsync("pod/there", ".status.podIP")}/"));
            await ns.RunAsync("create", "deployment", "others", "--image=nginx:1.16.0", "--replicas=3");
            await ns.RunAsync("rollout", "status", "deployment/others", "--timeout=120s");
            Assert.Equal("node-1 node-1 node-1", await ns.RunAsync("get", "pods", "-l", "app=others", "-o", "jsonpath={.items[*].spec.nodeName}"));
        }

        await Eventually.SeeAsync(
            "that the node has room again",
            Patience,
            () => cluster.Kubectl.RunAsync(KubectlVersion.Newest, "get", "node", "node-2", "-o", "jsonpath={.status.conditions[?(@.type==\"DiskPressure\")].status} {.spec.taints}"),
            seen => seen == "False ");
        await ns.ApplyAsync(JoinedMachine.Pod.Replace("there", "again", StringComparison.Ordinal));
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
        await ns.ApplyAsync(JoinedMachine.Pod);
        await ns.PodIsReadyAsync("there", Patience);
        await SaidAsync(cluster, machine);
        HoldsNothingOfAServer(machine.Coppice);
        await DeletedAsync(cluster, machine, ns);

        Assert.Contains("coppice is stopped; containers go on running", (await machine.CoppiceAsync("down")).OrThrow());
        var away = await machine.CoppiceAsync("status");
        Assert.Equal(3, away.ExitCode);
        Assert.Contains("Coppice does not run on this machine, the node node-2 of the cluster at https://192.0.2.10:6443: \"coppice up\" starts it", away.Output.ReplaceLineEndings(" "));
        Assert.Contains("The node is Ready", (await machine.CoppiceAsync("up")).OrThrow());
        Assert.Contains("coppice is already running", (await machine.CoppiceAsync("up", "--join", JoinedMachine.ServerOf(cluster), "--token", await JoinedMachine.NewTokenAsync(cluster))).OrThrow());
        Assert.Contains("This machine is the node node-2 of the cluster at https://192.0.2.10:6443", (await machine.CoppiceAsync("status")).OrThrow());
        HoldsNothingOfAServer(int.Parse(File.ReadLines(Path.Combine(machine.DataDirectory, "coppice.pid")).First(), CultureInfo.InvariantCulture));

        var purged = (await machine.CoppiceAsync("down", "--purge")).OrThrow();
        Assert.Contains("the cluster at https://192.0.2.10:6443/ still knows the node node-2: \"kubectl delete node node-2\" there makes it forget", purged);
        Assert.False(Directory.Exists(machine.DataDirectory));
        Assert.DoesNotContain("vx-", (await machine.Inside(new Command("ip", "link")).RunAsync()).OrThrow(), StringComparison.Ordinal);
        Assert.DoesNotContain("10.244.", (await machine.Inside(new Command("ip", "route")).RunAsync()).OrThrow(), StringComparison.Ordinal);
        Assert.Contains("there is no cluster in", (await machine.CoppiceAsync("status")).Error);
    }

    /// <summary>What only a server needs is megabytes, that a machine has for its pods otherwise.</summary>
    private static void HoldsNothingOfAServer(int process)
    {
        var loaded = File.ReadAllLines($"/proc/{process}/maps").Select(line => Path.GetFileName(line)).Where(name => name.EndsWith(".dll", StringComparison.Ordinal)).ToHashSet();
        Assert.Contains("Coppice.Node.dll", loaded);
        Assert.Empty(loaded.Intersect(["Coppice.ApiServer.dll", "Coppice.Controllers.dll", "Coppice.Scheduler.dll", "Coppice.Store.dll", "Coppice.Cel.dll"]));
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
}
