using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>A machine that may not become a node is told why, and harms nothing.</summary>
public sealed class RefusedMachineTests
{
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
}
