using System.Globalization;
using Coppice.Cluster.Harness;
using Coppice.Testing;

namespace Coppice.Cluster.Faults;

/// <summary>containerd, its shims and the programs in containers are killed or stopped at the worst moments; all of it heals, and nothing is left.</summary>
public sealed class RuntimeDeathTests : IAsyncLifetime
{
    private RunningCluster _cluster = null!;
    private TestNamespace _ns = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await RunningCluster.StartAsync(new ClusterOptions());
        _ns = await _cluster.NewNamespaceAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_containerd_killed_while_containers_start_leaves_no_shim_no_cgroup_and_no_pod()
    {
        var since = await NodeReadySinceAsync();
        await _ns.RunAsync("create", "deployment", "web", "--image=nginx:1.16.0", "--replicas=0");
        for (var round = 0; round < 4; round++)
        {
            await _ns.RunAsync("scale", "deployment/web", "--replicas=6");
            await Eventually.SeeAsync("containers that start", Patience, () => Task.FromResult(_cluster.Faults.Shims.Count), shims => shims > round % 3);
            _cluster.Faults.KillContainerd();
            await _ns.RunAsync("scale", "deployment/web", "--replicas=0");
            await SeesContainerdAsync();
        }

        await _ns.RunAsync("scale", "deployment/web", "--replicas=2");
        await _ns.SeesAsync("deployment/web", ".status.readyReplicas", "2", Patience);
        await _ns.RunAsync("scale", "deployment/web", "--replicas=0");
        await Eventually.SeeAsync("no pod", Patience, () => _ns.RunAsync("get", "pods", "-o", "name"), seen => seen.Length == 0);
        await Eventually.SeeAsync("no shim", Patience, () => Task.FromResult(string.Join(' ', _cluster.Faults.Shims)), seen => seen.Length == 0);
        await Eventually.SeeAsync("no pod's cgroup", Patience, () => Task.FromResult(string.Join(' ', _cluster.Faults.PodCgroups)), seen => seen.Length == 0);
        Assert.Equal(since, await NodeReadySinceAsync());
    }

    [Fact]
    public async Task A_process_left_in_the_cgroup_of_a_deleted_pod_does_not_keep_the_pod()
    {
        await _ns.RunAsync("run", "web", "--image=nginx:1.16.0");
        await _ns.PodIsReadyAsync("web", Patience);
        // As a runc that a killed containerd has left: in the pod's cgroups, and in no container.
        var entries = _cluster.Faults.PodCgroups.Where(one => !one.Contains("/cpuset/", StringComparison.Ordinal)).Select(one => one + "/cgroup.procs");
        await using var stray = new Command("sh", ["-c", "for file in \"$@\"; do echo $$ > $file; done; exec sleep 100000", "sh", .. entries])
            .Start(Path.Combine(_cluster.Logs, "stray.log"));
        var entry = _cluster.Faults.PodCgroups.First(one => !one.Contains("/cpuset/", StringComparison.Ordinal)) + "/cgroup.procs";
        await Eventually.SeeAsync("a process in the pod's cgroup", Patience, () => File.ReadAllLinesAsync(entry), seen => seen.Length > 0);

        await _ns.RunAsync("delete", "pod", "web", "--timeout=120s");
        await stray.EndsAsync(Patience);
        Assert.Empty(_cluster.Faults.PodCgroups);
    }

    [Fact]
    public async Task A_containerd_that_is_stopped_is_replaced_and_containers_run_on()
    {
        await _ns.RunAsync("run", "crashes", "--image=nginx:1.16.0");
        await _ns.RunAsync("run", "stays", "--image=nginx:1.16.0");
        await _ns.PodIsReadyAsync("crashes", Patience);
        await _ns.PodIsReadyAsync("stays", Patience);
        var (since, containerd) = (await NodeReadySinceAsync(), _cluster.Faults.Containerd);

        Processes.Signal(containerd, Signal.Stop);
        await _cluster.Faults.SignalContainerAsync(_ns.Name, "crashes", "crashes", Signal.Kill);

        await _ns.RestartsAsync("crashes", 1, Patience);
        Assert.NotEqual(containerd, _cluster.Faults.Containerd);
        Assert.Equal("0", await _ns.ValueAsync("pod/stays", ".status.containerStatuses[0].restartCount"));
        Assert.Equal(since, await NodeReadySinceAsync());
    }

    [Fact]
    public async Task Pods_whose_shims_are_killed_run_again_without_the_pause_of_a_second_crash()
    {
        string[] names = ["a", "b", "c", "d", "e", "f"];
        foreach (var name in names)
        {
            await _ns.RunAsync("run", name, "--image=nginx:1.16.0");
        }

        foreach (var name in names)
        {
            await _ns.PodIsReadyAsync(name, Patience);
            await _cluster.Faults.KillShimAsync(_ns.Name, name, name);
        }

        foreach (var name in names)
        {
            await _ns.RestartsAsync(name, 1, Patience);
            await _ns.PodIsReadyAsync(name, Patience);
            Assert.Equal("1", await _ns.ValueAsync($"pod/{name}", ".status.containerStatuses[0].restartCount"));
        }

        Assert.DoesNotContain("BackOff", await _ns.RunAsync("get", "events"));
    }

    [Fact]
    public async Task A_container_that_is_stopped_is_restarted_without_waiting_for_what_it_cannot_hear()
    {
        // Its grace is far beyond what is waited for here. Whether it lives is asked once it serves, however long that takes.
        await _ns.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata:
              name: stops
            spec:
              terminationGracePeriodSeconds: 100000
              containers:
              - name: web
                image: nginx:1.16.0
                startupProbe:
                  httpGet: {path: /, port: 80}
                  periodSeconds: 1
                  failureThreshold: 120
                livenessProbe:
                  httpGet: {path: /, port: 80}
                  periodSeconds: 1
                  failureThreshold: 2
            """);
        await _ns.PodIsReadyAsync("stops", Patience);
        var first = await _cluster.Faults.ProcessOfAsync(_ns.Name, "stops", "web");
        foreach (var process in Processes.WithDescendants([first]))
        {
            Processes.Signal(process, Signal.Stop);
        }

        await _ns.RestartsAsync("stops", 1, Patience);
        await _ns.PodIsReadyAsync("stops", Patience);

        // And one that hears is signalled, whatever its grace.
        await _ns.RunAsync("delete", "pod", "stops", "--timeout=120s");
    }

    [Fact]
    public async Task Containers_are_not_restarted_by_rounds_of_stopping_and_starting()
    {
        await _ns.RunAsync("create", "deployment", "web", "--image=nginx:1.16.0", "--replicas=4");
        await _ns.SeesAsync("deployment/web", ".status.readyReplicas", "4", Patience);
        var before = await ContainersAsync();
        for (var round = 0; round < 4; round++)
        {
            if (round % 2 == 0)
            {
                await _cluster.Faults.StopCoppiceAsync();
            }
            else
            {
                await _cluster.Faults.KillCoppiceAsync();
                _cluster.Faults.KillContainerd();
            }

            var startedAt = DateTimeOffset.UtcNow;
            await _cluster.Faults.StartCoppiceAsync();
            await ServerIsReadyAsync();

            // Ready was said of what is so now: containerd is there, and the node's condition is not the one of before.
            Assert.True(_cluster.Faults.Containerd > 0);
            Assert.Equal("True", await NodeReadyAsync("status"));
            Assert.True(DateTimeOffset.Parse(await NodeReadyAsync("lastHeartbeatTime"), CultureInfo.InvariantCulture) >= startedAt.AddSeconds(-1));
            Assert.Equal(before, await ContainersAsync());
        }
    }

    private Task ServerIsReadyAsync() =>
        Eventually.SeeAsync("a server that is ready", Patience, () => _cluster.Kubectl.TryAsync(KubectlVersion.Newest, "get", "--raw", "/readyz"), seen => seen.Succeeded);

    private Task<string> NodeReadySinceAsync() => NodeReadyAsync("lastTransitionTime");

    private Task<string> NodeReadyAsync(string field) => _cluster.Kubectl.ValueAsync($".status.conditions[?(@.type==\"Ready\")].{field}", "node/node-1");

    private Task SeesContainerdAsync() => Eventually.SeeAsync("a containerd", Patience, () =>
    {
        try
        {
            return Task.FromResult(_cluster.Faults.Containerd);
        }
        catch (InvalidOperationException)
        {
            return Task.FromResult(0);
        }
    }, id => id > 0);

    private Task<string> ContainersAsync() => _ns.RunAsync("get", "pods", "-o",
        "jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}{\"\\n\"}{end}");
}
