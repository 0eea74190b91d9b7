using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Scenarios;

/// <summary>Rows 001.8, 003.1, 003.4 and 003.5: how containers end, and what a restart policy makes of it.</summary>
public sealed class CrashTests(SharedCluster shared)
{
    [Fact]
    public async Task Every_end_is_told_by_its_code_and_reason()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(string.Join("---\n",
            Pod("one", "Always", "exit, '1'"), Pod("two", "Always", "exit, '2'"), Pod("most", "Always", "exit, '255'"),
            Pod("killed", "Always", "sleep"), Pod("told", "Always", "sleep, --term-code=143"),
            Pod("greedy", "Always", "allocate, '200', --every=10ms", "resources: {limits: {memory: 32Mi}}"),
            Pod("missing", "Always", "x", "command: [/no/such/program]"), Pod("lost", "Always", "x", "command: [sh, -c, no-such-program]")));

        foreach (var signalled in (string[])["killed", "told"])
        {
            await ns.PodIsReadyAsync(signalled, Patience);
        }

        await ns.Cluster.Faults.SignalContainerAsync(ns.Name, "killed", "app", Signal.Kill);
        await ns.Cluster.Faults.SignalContainerAsync(ns.Name, "told", "app", Signal.Terminate);

        (string Pod, string Reason, int Code)[] ends =
        [
            ("one", "Error", 1), ("two", "Error", 2), ("most", "Error", 255), ("killed", "Error", 137), ("told", "Error", 143),
            ("greedy", "OOMKilled", 137), ("missing", "StartError", 128), ("lost", "Error", 127),
        ];
        foreach (var (pod, reason, code) in ends)
        {
            await ns.RestartsAsync(pod, pod == "missing" ? 0 : 1, Patience);
            await ns.SeesAsync($"pod/{pod}", ".status.containerStatuses[0].lastState.terminated.reason", reason, Patience);
            foreach (var version in Enum.GetValues<KubectlVersion>())
            {
                Assert.Matches($@"\n    Last State: +Terminated\n      Reason: +{reason}\n(      Message: .*\n)?      Exit Code: +{code}\n", await ns.RunAsync(version, "describe", "pod", pod));
            }
        }

        foreach (var (pod, reason, _) in ends.Where(end => end.Pod is not ("killed" or "told")))
        {
            await Eventually.SeeAsync($"a BackOff event of {pod}", Patience,
                () => ns.RunAsync("get", "events", "--field-selector", $"involvedObject.name={pod},reason=BackOff", "-o", "jsonpath={.items[0].message}"),
                seen => seen.StartsWith($"Back-off restarting failed container app in pod {pod}_{ns.Name}(", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_container_with_another_image_does_not_wait_for_the_pause_of_the_one_that_crashed()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Pod("fixed", "Always", "exit, '1'"));
        await ns.RestartsAsync("fixed", 2, Patience);
        await ns.SeesAsync("pod/fixed", ".status.containerStatuses[0].state.waiting.reason", "CrashLoopBackOff", Patience);
        var crashed = await ns.ValueAsync("pod/fixed", ".status.containerStatuses[0].lastState.terminated.finishedAt");

        await ns.RunAsync("set", "image", "pod/fixed", "app=coppice/testapp:unhealthy");
        await ns.RestartsAsync("fixed", 3, Patience);
        var next = await Eventually.SeeAsync(
            "the end of the next container", Patience,
            () => ns.RunAsync("get", "pod", "fixed", "-o", "jsonpath={.status.containerStatuses[0]['containerID','lastState.terminated.containerID','image','lastState.terminated.startedAt']}"),
            seen => seen.Split(' ') is [var one, var ended, _, _] && one == ended);
        Assert.EndsWith("coppice/testapp:unhealthy", next.Split(' ')[2]);

        // After the second restart the pause is 20 s.
        Assert.InRange(TimeOf(next.Split(' ')[3]) - TimeOf(crashed), TimeSpan.Zero, TimeSpan.FromSeconds(18));

        static DateTimeOffset TimeOf(string told) => DateTimeOffset.Parse(told, CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData(KubectlVersion.Newest)]
    [InlineData(KubectlVersion.Old)]
    public async Task A_restart_policy_decides_what_is_restarted(KubectlVersion version)
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(string.Join("---\n",
            Pod("good", "OnFailure", "exit, '0'"), Pod("bad", "OnFailure", "exit, '1'"), Pod("never-good", "Never", "exit, '0'"), Pod("never-bad", "Never", "exit, '1'")));

        // The one that failed runs again for a moment before it fails again and waits.
        await Eventually.SeeAsync("a pod that failed and was restarted", Patience, () => ns.RunAsync(version, "get", "pod", "bad"),
            seen => Regex.IsMatch(seen, @"\nbad +0/1 +(Error|CrashLoopBackOff) +[1-9]"));
        foreach (var (pod, phase) in ((string, string)[])[("good", "Succeeded"), ("never-good", "Succeeded"), ("never-bad", "Failed")])
        {
            await ns.SeesAsync($"pod/{pod}", ".status.phase", phase, Patience);
        }

        var table = await ns.RunAsync(version, "get", "pods");
        Assert.Matches(@"\ngood +0/1 +Completed +0 ", table);
        Assert.Matches(@"\nnever-bad +0/1 +Error +0 ", table);
        Assert.Matches(@"\nnever-good +0/1 +Completed +0 ", table);
    }

    [Fact]
    public async Task The_pauses_before_restarts_grow_from_none_to_ten_and_twenty_seconds()
    {
        var ns = await shared.NewNamespaceAsync();
        await ns.ApplyAsync(Pod("fails", "Always", "exit, '1'"));
        await using var watch = ns.Start(KubectlVersion.Newest, "get", "pods", "--watch");

        // When each start came, in whole seconds, by the number of restarts before it.
        var starts = new SortedDictionary<int, (DateTimeOffset Ended, DateTimeOffset Started)>();
        await Eventually.TrueAsync("three restarts", Patience, async () =>
        {
            var status = (await ns.GetAsync("pod/fails"))!.Value.GetProperty("status");
            if (status.TryGetProperty("containerStatuses", out var all) && all[0].GetProperty("lastState").TryGetProperty("terminated", out var last))
            {
                var restarts = all[0].GetProperty("restartCount").GetInt32();
                var state = all[0].GetProperty("state");
                var now = state.TryGetProperty("running", out var running) ? running : state.TryGetProperty("terminated", out var terminated) ? terminated : default;
                if (now.ValueKind == JsonValueKind.Object)
                {
                    starts[restarts] = (last.GetProperty("finishedAt").GetDateTimeOffset(), now.GetProperty("startedAt").GetDateTimeOffset());
                }

                return restarts >= 3;
            }

            return false;
        });

        // A machine that is busy starts later, never sooner.
        foreach (var (restart, pause) in ((int, int)[])[(2, 10), (3, 20)])
        {
            if (starts.TryGetValue(restart, out var one))
            {
                Assert.True(one.Started - one.Ended >= TimeSpan.FromSeconds(pause - 1), $"restart {restart} came {one.Started - one.Ended} after the end");
            }
        }

        Assert.Matches(@"fails +0/1 +CrashLoopBackOff +1 \(", watch.Said);
        Assert.Matches(@"fails +0/1 +CrashLoopBackOff +2 \(", watch.Said);
        var messages = await ns.RunAsync("get", "events", "--field-selector", "reason=BackOff", "-o", "jsonpath={.items[*].message}");
        Assert.Matches(new Regex(@"Back-off restarting failed container app in pod fails_"), messages);
    }

    private static string Pod(string name, string policy, string arguments, string more = "") => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{name}}}
        spec:
          restartPolicy: {{policy}}
          terminationGracePeriodSeconds: 1
          containers:
          - name: app
            image: coppice/testapp:1
            args: [{{arguments}}]
            {{more}}

        """;
}
