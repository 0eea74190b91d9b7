using System.Net;
using System.Net.Sockets;
using System.Text;
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
        await ns.Cluster.PageAsync($"http://{address}:8080/");

        // By hand, since a client of HTTP asks again where a connection ends without an answer, and that would end the next container.
        using var connection = await ns.Cluster.Network.ConnectAsync(new DnsEndPoint(address, 8080), TestContext.Current.CancellationToken);
        await connection.SendAsync(Encoding.ASCII.GetBytes($"GET /exit?code={code} HTTP/1.0\r\n\r\n"));
    }
}
