using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Faults;

/// <summary>Coppice and its containerd are killed; nothing that runs is touched by it, and nothing that was acknowledged is lost.</summary>
public sealed class ProcessDeathTests
{
    private static readonly string Manifest = $"{Repository.Examples}/rollout-nginx/rollout-nginx.yaml";

    [Fact]
    public async Task Containers_outlive_coppice_and_containerd()
    {
        await using var cluster = await RunningCluster.StartAsync(new ClusterOptions());
        var ns = await cluster.NewNamespaceAsync();
        await ns.RunAsync("apply", "-f", Manifest);
        await ns.RunAsync("rollout", "status", "deployment/rollout-nginx", "--timeout=120s");
        await ns.RunAsync("create", "configmap", "acknowledged", "--from-literal=a=1");
        var before = await ContainersAsync(ns);
        var readiness = await ReadinessAsync(ns);

        // kill -9 of coppice: what was acknowledged a moment before is there
        await cluster.Faults.KillCoppiceAsync();
        await cluster.Faults.StartCoppiceAsync();
        await cluster.NodeIsReadyAsync(Patience);
        Assert.Equal("1", await ns.ValueAsync("configmap/acknowledged", ".data.a"));
        await MakesANewPodAsync(ns, "after-coppice");
        Assert.Equal(before, await ContainersAsync(ns));
        Assert.Equal(readiness, await ReadinessAsync(ns));

        // kill -9 of containerd: it is started again, and knows its containers
        var containerd = cluster.Faults.Containerd;
        cluster.Faults.KillContainerd();
        await Eventually.SeeAsync("another containerd", Patience, () => Task.FromResult(FindContainerd(cluster)), found => found != 0 && found != containerd);
        await MakesANewPodAsync(ns, "after-containerd");
        Assert.Equal(before, await ContainersAsync(ns));
        Assert.Equal(readiness, await ReadinessAsync(ns));
    }

    private static async Task MakesANewPodAsync(TestNamespace ns, string name)
    {
        await ns.RunAsync("run", name, "--image=nginx:1.16.0");
        await ns.PodIsReadyAsync(name, Patience);
    }

    private static int FindContainerd(RunningCluster cluster)
    {
        try
        {
            return cluster.Faults.Containerd;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }

    /// <summary>Which containers the Deployment's pods have, since when, and how often they were restarted.</summary>
    private static Task<string> ContainersAsync(TestNamespace ns) => ns.RunAsync("get", "pods", "-l", "app=nginx", "-o",
        "jsonpath={range .items[*]}{.metadata.name} {.status.podIP} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].state.running.startedAt} {.status.containerStatuses[0].restartCount}{\"\\n\"}{end}");

    /// <summary>When each pod became Ready: it changes if readiness flips, though it be for a moment.</summary>
    private static Task<string> ReadinessAsync(TestNamespace ns) => ns.RunAsync("get", "pods", "-l", "app=nginx", "-o",
        "jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type==\"Ready\")].status} {.status.conditions[?(@.type==\"Ready\")].lastTransitionTime}{\"\\n\"}{end}");
}
