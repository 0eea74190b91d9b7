using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Isolation;

/// <summary>A pod that starts as many processes as it can.</summary>
[Collection(nameof(Alone))]
public sealed class ProcessLimitTests
{
    private const int Limit = 300;

    [Fact]
    public async Task A_fork_bomb_takes_its_own_pods_processes_and_nobody_elses()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions { Arguments = ["--pod-pids-limit", $"{Limit}"] });
        var ns = await cluster.NewNamespaceAsync();
        // It ends by itself after a while, if nothing else should end it.
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: bomb}
            spec:
              terminationGracePeriodSeconds: 0
              containers: [{name: app, image: coppice/testapp:1, command: [sh, -c, 'b() { b & b & sleep 300; }; (b) & exec testapp serve']}]
            """);
        var uid = await Eventually.SeeAsync("a pod", Patience, () => ns.ValueAsync("pod/bomb", ".metadata.uid"), seen => seen.Length > 0);
        var most = await Eventually.SeeAsync("many processes", Patience, () => Task.FromResult(CountOf(uid)), count => count > Limit / 2);
        Assert.InRange(most, 1, Limit);

        // The node lives: others start, are reached and end.
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: neighbour}
            spec: {terminationGracePeriodSeconds: 0, containers: [{name: app, image: coppice/testapp:1, args: [serve]}]}
            """);
        await ns.PodIsReadyAsync("neighbour", Patience);
        Assert.Equal("x\n", await ns.RunAsync("exec", "neighbour", "--", "echo", "x"));
        Assert.InRange(CountOf(uid), 1, Limit);
        Assert.Equal("False", await cluster.Kubectl.ValueAsync(".status.conditions[?(@.type==\"PIDPressure\")].status", "node/node-1"));

        await ns.RunAsync("delete", "pod", "bomb", "neighbour", "--timeout=120s");
        await Eventually.TrueAsync("the end of all of them", Patience, () => CountOf(uid) == 0);
    }

    private static int CountOf(string uid) => Processes.All().Count(id => Processes.Read(id, "cgroup").Contains(uid));
}
