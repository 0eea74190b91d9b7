using System.Globalization;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Rows 003.2, 003.3, 003.6 and 001.18: each way to probe, and what only a probe can see.</summary>
public sealed class ProbeTests(SharedCluster shared)
{
    // Of the probe whose failures are counted.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Each_mechanism_sees_the_good_and_the_bad()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(string.Join("---\n",
            Probed("http", "serve", "httpGet: {path: /healthz, port: 8080, httpHeaders: [{name: Custom-Header, value: Awesome}]}"),
            Probed("redirect", "serve", "httpGet: {path: \"/redirect?to=http://192.0.2.99/elsewhere\", port: 8080}"),
            Probed("gone", "serve", "httpGet: {path: /no-such-path, port: 8080}"),
            Probed("tcp", "serve", "tcpSocket: {port: 8080}"),
            Probed("no-tcp", "serve", "tcpSocket: {port: 8081}"),
            Probed("exec", "serve", "exec: {command: [sh, -c, 'test ! -e /tmp/bad']}"),
            Probed("grpc", "grpc", "grpc: {port: 50051}"),
            Probed("no-grpc", "grpc, --status=NOT_SERVING", "grpc: {port: 50051}")));

        foreach (var good in (string[])["http", "redirect", "tcp", "exec", "grpc"])
        {
            await ns.PodIsReadyAsync(good, Patience);
        }

        await UnhealthyAsync(ns, "gone", "Readiness probe failed: HTTP probe failed with statuscode: 404");
        var address = await Eventually.SeeAsync("an address", Patience, () => ns.ValueAsync("pod/no-tcp", ".status.podIP"), seen => seen.Length > 0);
        await UnhealthyAsync(ns, "no-tcp", $"Readiness probe failed: dial tcp {address}:8081: connect: connection refused");
        await UnhealthyAsync(ns, "no-grpc", "Readiness probe failed: service unhealthy (responded with \"NOT_SERVING\")");
        await ns.RunAsync("exec", "exec", "--", "touch", "/tmp/bad");
        await ns.SeesAsync("pod/exec", ".status.containerStatuses[0].ready", "false", Patience);
        await UnhealthyAsync(ns, "exec", "Readiness probe failed: ");
        Assert.Equal("false false false", await ns.RunAsync(
            "get", "pod/gone", "pod/no-tcp", "pod/no-grpc", "-o", "jsonpath={.items[*].status.containerStatuses[0].ready}"));
    }

    [Fact]
    public async Task A_readiness_probe_gives_up_at_the_third_failure_and_not_before()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: db, labels: {app: db}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: app
                image: coppice/testapp:1
                command: [sh, -c, "testapp listen 5432 & echo $! > /tmp/db.pid; exec sleep 1000"]
                readinessProbe: {tcpSocket: {port: 5432}, initialDelaySeconds: 5, periodSeconds: 10, failureThreshold: 3}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: db}
            spec: {selector: {app: db}, ports: [{port: 5432}]}
            """);
        await ns.PodIsReadyAsync("db", Patience);
        await Eventually.SeeAsync("the address", Patience, () => ns.ValueAsync("endpoints/db", ".subsets[*].addresses[*].ip"), seen => seen.Length > 0);

        // The count of the event is the count of failures; the address must be there as long as it is below three. (Before the program listened
        // there may have been some.)
        var before = (await FailuresAsync(ns, "db")).Count;
        await ns.RunAsync("exec", "db", "--", "sh", "-c", "kill $(cat /tmp/db.pid)");
        await Eventually.TrueAsync("the address to go", Patience, async () =>
        {
            var addresses = await ns.ValueAsync("endpoints/db", ".subsets[*].addresses[*].ip");
            if (addresses.Length == 0)
            {
                return true;
            }

            Assert.InRange((await FailuresAsync(ns, "db")).Count - before, 0, 3);
            return false;
        });

        // By the cluster's own times, since whoever looks may be slow, and further failures follow.
        var (count, last) = await Eventually.SeeAsync("three failures", Patience, () => FailuresAsync(ns, "db"), seen => seen.Count - before >= 3);
        var third = last - ((count - before - 3) * Period);
        var unready = DateTimeOffset.Parse(await ns.ValueAsync("pod/db", ".status.conditions[?(@.type==\"Ready\")].lastTransitionTime"), CultureInfo.InvariantCulture);
        Assert.InRange(unready - third, -Period / 2, Period / 2);
        Assert.Matches(@"\n    Readiness: +tcp-socket :5432 delay=5s timeout=1s period=10s #success=1 #failure=3\n", await ns.RunAsync("describe", "pod", "db"));
    }

    [Fact]
    public async Task A_process_that_hangs_is_seen_by_its_liveness_probe_alone()
    {
        var ns = await shared.NewNamespaceAsync();
        const string liveness = "livenessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1, failureThreshold: 2}";
        await ns.ApplyAsync(string.Join("---\n", Server("stopped", liveness), Server("deadlocked", liveness), Server("unwatched", "")));
        foreach (var pod in (string[])["stopped", "deadlocked", "unwatched"])
        {
            await ns.PodIsReadyAsync(pod, Patience);
        }

        await ns.Cluster.Faults.SignalContainerAsync(ns.Name, "stopped", "app", Signal.Stop);
        await ns.Cluster.Faults.SignalContainerAsync(ns.Name, "unwatched", "app", Signal.Stop);
        await Eventually.SeeAsync("an application that hangs", Patience,
            () => ns.TryAsync(KubectlVersion.Newest, "exec", "deadlocked", "--", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/hang"), seen => seen.Succeeded);

        await ns.RestartsAsync("stopped", 1, Patience);
        await ns.RestartsAsync("deadlocked", 1, Patience);
        await ns.PodIsReadyAsync("stopped", Patience);
        await ns.PodIsReadyAsync("deadlocked", Patience);
        Assert.Equal("true 0", await ns.RunAsync("get", "pod", "unwatched", "-o", "jsonpath={.status.containerStatuses[0].ready} {.status.containerStatuses[0].restartCount}"));
    }

    [Fact]
    public async Task An_images_own_health_check_is_ignored()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: well}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: app
                image: coppice/testapp:unhealthy
                livenessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1, timeoutSeconds: 30, failureThreshold: 30}
            """);
        await ns.PodIsReadyAsync("well", Patience);

        // The image's check would have failed at every second of these.
        await Eventually.SeeAsync("five seconds of running", Patience, () => ns.ValueAsync("pod/well", ".status.containerStatuses[0].state.running.startedAt"),
            started => DateTimeOffset.TryParse(started, out var since) && TimeProvider.System.GetUtcNow() - since > TimeSpan.FromSeconds(5));
        Assert.Matches(@"\nwell +1/1 +Running +0 ", await ns.RunAsync("get", "pods"));
    }

    private static Task UnhealthyAsync(TestNamespace ns, string pod, string message) => Eventually.SeeAsync($"event Unhealthy of {pod}: {message}", Patience,
        () => ns.RunAsync("get", "events", "--field-selector", $"involvedObject.name={pod},reason=Unhealthy", "-o", "jsonpath={.items[*].message}"), seen => seen.Contains(message));

    /// <summary>How often a pod's probe failed, and when it last did.</summary>
    private static async Task<(int Count, DateTimeOffset Last)> FailuresAsync(TestNamespace ns, string pod)
    {
        var events = await ns.RunAsync(
            "get", "events", "--field-selector", $"involvedObject.name={pod},reason=Unhealthy", "-o", "jsonpath={range .items[*]}{.count} {.lastTimestamp}{\"\\n\"}{end}");
        var told = events.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToList();
        return (told.Sum(one => int.Parse(one[0], CultureInfo.InvariantCulture)), told.Select(one => DateTimeOffset.Parse(one[1], CultureInfo.InvariantCulture)).DefaultIfEmpty().Max());
    }

    private static string Probed(string name, string arguments, string probe) => Pod(name, arguments, $$"""readinessProbe: { {{probe}}, periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 1}""");

    private static string Server(string name, string more) => Pod(name, "serve", more);

    private static string Pod(string name, string arguments, string more) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{name}}}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: app
            image: coppice/testapp:1
            args: [{{arguments}}]
            {{more}}

        """;
}
