using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Liveness probes: an application that goes bad is restarted, and what happened can be read afterwards.</summary>
public sealed class LivenessTests(SharedCluster shared)
{
    // Eight probes ten seconds apart, and the grace period of thirty, in which it does not hear SIGTERM.
    private static readonly TimeSpan RestartedWithin = TimeSpan.FromSeconds(110) + Patience;

    [Fact]
    public async Task An_application_that_goes_bad_is_restarted_and_describe_says_why()
    {
        var ns = await shared.NewNamespaceAsync();
        Assert.Equal("pod/kubia-liveness created\n", await ns.RunAsync("create", "-f", $"{Repository.Examples}/kubia-liveness/kubia-liveness-probe.yaml"));
        await ns.RestartsAsync("kubia-liveness", 1, RestartedWithin);
        await ns.PodIsReadyAsync("kubia-liveness", Patience);

        Assert.Matches(@"^NAME +READY +STATUS +RESTARTS +AGE\nkubia-liveness +1/1 +Running +1 \(\d+s ago\) +\S+\n$", await ns.RunAsync("get", "po", "kubia-liveness"));
        foreach (var version in Enum.GetValues<KubectlVersion>())
        {
            var before = await ns.RunAsync(version, "logs", "kubia-liveness", "--previous");
            Assert.StartsWith("Kubia server starting...\n", before);
            Assert.InRange(before.Split("Received request from ").Length - 1, 8, 12);

            var described = await ns.RunAsync(version, "describe", "po", "kubia-liveness");
            Assert.Matches(@"\n    Last State: +Terminated\n      Reason: +Error\n      Exit Code: +137\n", described);
            Assert.Matches(@"\n    Restart Count: +1\n", described);
            Assert.Matches(@"\n    Liveness: +http-get http://:8080/ delay=0s timeout=1s period=10s #success=1 #failure=3\n", described);
            Assert.Matches(@"\n  Warning +Unhealthy .*Liveness probe failed: HTTP probe failed with statuscode: 500\n", described);
            Assert.Matches(@"\n  Normal +Killing .*Container kubia failed liveness probe, will be restarted\n", described);
        }
    }

    [Fact]
    public async Task An_application_is_not_killed_while_it_starts()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: slow}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: app
                image: coppice/testapp:1
                args: [serve, --start-delay=5s]
                livenessProbe: {httpGet: {path: /healthz, port: 8080}, initialDelaySeconds: 15, periodSeconds: 1, timeoutSeconds: 30, failureThreshold: 1}
            """);
        await ns.PodIsReadyAsync("slow", Patience);
        Assert.Matches(@"\n    Liveness: +http-get http://:8080/healthz delay=15s timeout=30s period=1s #success=1 #failure=1\n", await ns.RunAsync("describe", "po", "slow"));

        // One that was probed from the start would be killed before it ever answers; well after, it still is the first.
        var address = await ns.ValueAsync("pod/slow", ".status.podIP");
        var until = TimeSpan.FromSeconds(16);
        await Eventually.SeeAsync("sixteen seconds of running", Patience,
            () => ns.ValueAsync("pod/slow", ".status.containerStatuses[0].state.running.startedAt"),
            started => DateTimeOffset.TryParse(started, out var since) && TimeProvider.System.GetUtcNow() - since > until);
        Assert.Equal("ok\n", await ns.Cluster.PageAsync($"http://{address}:8080/healthz"));
        Assert.Equal("0", await ns.ValueAsync("pod/slow", ".status.containerStatuses[0].restartCount"));
    }

    [Fact]
    public async Task A_probe_that_takes_longer_than_its_timeout_counts_as_failed()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: late}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: app
                image: coppice/testapp:1
                args: [serve]
                livenessProbe: {httpGet: {path: "/slow?ms=5000", port: 8080}, periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 2}
            """);
        await ns.RestartsAsync("late", 1, Patience);

        // What happened is told a moment later, and a probe before the program listens fails in another way.
        var described = await Eventually.SeeAsync("why it was restarted", Patience, () => ns.RunAsync("describe", "po", "late"),
            seen => seen.Contains("Client.Timeout exceeded while awaiting headers") && seen.Contains("will be restarted"));
        Assert.Matches(
            @"\n  Warning +Unhealthy .*Liveness probe failed: Get ""http://[\d.]+:8080/slow\?ms=5000"": context deadline exceeded \(Client\.Timeout exceeded while awaiting headers\)\n",
            described);
        Assert.Matches(@"\n  Normal +Killing .*Container app failed liveness probe, will be restarted\n", described);
    }
}
