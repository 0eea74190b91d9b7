using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Under the default policy a container is started again, whatever it ended with.</summary>
public sealed class ContainerExitTests(SharedCluster shared)
{
    [Theory]
    [InlineData(0, "Completed")]
    [InlineData(1, "Error")]
    [InlineData(137, "Error")]
    [InlineData(143, "Error")]
    public async Task A_container_that_ended_is_started_again(int code, string reason)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: ends}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: app
                image: coppice/testapp:1
                args: [serve]
            """);
        await ns.PodIsReadyAsync("ends", Patience);
        await EndAsync(ns, code);

        await ns.RestartsAsync("ends", 1, Patience);
        await ns.PodIsReadyAsync("ends", Patience);
        Assert.Equal(reason, await ns.ValueAsync("pod/ends", ".status.containerStatuses[0].lastState.terminated.reason"));
        Assert.Equal($"{code}", await ns.ValueAsync("pod/ends", ".status.containerStatuses[0].lastState.terminated.exitCode"));
        Assert.Matches(@"\nends +1/1 +Running +1 \(\d+s ago\) ", await ns.RunAsync("get", "pods"));
    }

    private static async Task EndAsync(TestNamespace ns, int code)
    {
        if (code == 137)
        {
            await ns.Cluster.Faults.SignalContainerAsync(ns.Name, "ends", "app", Signal.Kill);
            return;
        }

        var address = await ns.ValueAsync("pod/ends", ".status.podIP");
        try
        {
            await ns.Cluster.Http.GetStringAsync($"http://{address}:8080/exit?code={code}");
        }
        catch (HttpRequestException)
        {
            // it ended before it answered
        }
    }
}
