using System.Diagnostics;
using Coppice.Client;
using Coppice.Contracts.Runtimes;
using Coppice.Node;
using Coppice.Node.Containers;
using Coppice.Node.Images;
using Coppice.Node.Orphans;
using Coppice.Node.Pods;
using Coppice.Node.Probes;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Volumes;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Streaming;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Contracts.Agents;

/// <summary>The node agent with everything real below it: containerd, cgroups, volumes and logs.</summary>
public sealed class NodeAgentOnContainerdTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly TestApi _api = new(TimeProvider.System, "default");
    private readonly string _directory = Directory.CreateTempSubdirectory("coppice-agent-").FullName;
    private RunningContainerd _containerd = null!;
    private CgroupTree _tree = null!;
    private CancellationTokenSource _stop = new();
    private NodeAgent _agent = null!;
    private Task _running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        // An own one: the agent ends every pod in its runtime that the API does not know of, other tests' too.
        _containerd = await RunningContainerd.StartAsync();
        _tree = new CgroupTree(_containerd.CgroupRoot + "/agent");
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pod in _api.All<Pod>())
        {
            await _api.DeleteAsync<Pod>(ObjectKey.Of(pod), new DeleteOptions { GracePeriodSeconds = 0 }, default);
        }

        await Eventually.TrueAsync("all pods gone", Patience, () => _agent.Workers.Count == 0);
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
        await _containerd.DisposeAsync();
    }

    [Fact]
    public async Task A_pod_lives_crashes_heals_and_leaves_nothing_behind()
    {
        var clock = Stopwatch.StartNew();
        await CreateAsync("life", one => one with
        {
            VolumeMounts = [new VolumeMount { Name = "data", MountPath = "/data" }],
            ReadinessProbe = new Probe { Exec = new ExecAction { Command = ["/bin/sh", "-c", "cat /data/ready"] }, PeriodSeconds = 1 },
            Args = ["echo farewell > /dev/termination-log; echo up > /data/ready; trap 'exit 0' TERM; while true; do sleep 1000 & wait; done"],
        });
        await SeeAsync("life", IsReady);
        output.WriteLine($"created → Ready: {clock.ElapsedMilliseconds} ms");
        var uid = Pod("life")!.Metadata.Uid!;
        var mounts = Path.Combine(_directory, "pods", uid);
        Assert.True(Directory.Exists(mounts));
        var place = _agent.Find(new PodTarget("default", "life", ""))!;
        Assert.Equal(place.Sandbox!.Addresses[0], Pod("life")!.Status.PodIP);

        clock.Restart();
        Kill(place.Newest("main")!.Id);
        await SeeAsync("life", pod => pod.Status.ContainerStatuses[0] is { RestartCount: 1, Ready: true });
        output.WriteLine($"crash → Ready again: {clock.ElapsedMilliseconds} ms");
        await SeeAsync("life", pod => pod.Status.ContainerStatuses[0].LastState.Terminated is { ExitCode: 137, Message: "farewell\n" });

        clock.Restart();
        await DeleteAsync("life");
        await Eventually.TrueAsync("the pod gone from the API", Patience, () => Pod("life") is null);
        output.WriteLine($"deleted → gone: {clock.ElapsedMilliseconds} ms");
        await Eventually.TrueAsync("its worker gone", Patience, () => _agent.Workers.Count == 0);
        Assert.DoesNotContain((await _containerd.Runtime.ListAsync(default)).Sandboxes, one => one.Pod.Uid == uid);
        Assert.False(Directory.Exists(mounts));
        Assert.Empty(Directory.Exists(Path.Combine(_directory, "logs")) ? Directory.GetDirectories(Path.Combine(_directory, "logs")) : []);
        Assert.Empty(new CgroupFiles(CgroupMounts.Observe()).PodUids(_tree.Of(PodQuality.BestEffort)));
    }

    [Fact]
    public async Task A_crash_is_answered_within_milliseconds()
    {
        await CreateAsync("quick", one => one);
        await SeeAsync("quick", IsReady);
        var id = _agent.Find(new PodTarget("default", "quick", ""))!.Newest("main")!.Id;

        var clock = Stopwatch.StartNew();
        Kill(id);
        while (_agent.Find(new PodTarget("default", "quick", ""))!.Newest("main") is not { Attempt: 1, State: ContainerRunState.Running } && clock.Elapsed < Patience)
        {
            await Task.Delay(1);
        }

        output.WriteLine($"kill -9 → running again: {clock.ElapsedMilliseconds} ms");
        await SeeAsync("quick", pod => pod.Status.ContainerStatuses[0] is { RestartCount: 1, Ready: true });
        output.WriteLine($"kill -9 → Ready in the API: {clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task Containers_outlive_their_agent()
    {
        await CreateAsync("stay", one => one);
        await SeeAsync("stay", IsReady);
        var before = Pod("stay")!;
        await StopAsync();
        await StartAsync();
        await _agent.Started;
        await Eventually.TrueAsync("the pod taken over", Patience, () => _agent.Workers.Count == 1);

        Assert.Equal(before.Status, Pod("stay")!.Status);
        Assert.Equal(before.Metadata.ResourceVersion, Pod("stay")!.Metadata.ResourceVersion);
    }

    private async Task StartAsync()
    {
        _stop = new CancellationTokenSource();
        var time = TimeProvider.System;
        var (runtime, cgroups, paths) = (_containerd.Runtime, new CgroupFiles(CgroupMounts.Observe()), new PodPaths(Path.Combine(_directory, "pods")));
        var nodeEnvironment = new NodeEnvironment(
            new SandboxSettings("n1", [], "cluster.local", new DnsSettings([], [], []), Path.Combine(_directory, "logs"), _tree), ["127.0.0.1"],
            ValueMap.Of(("cpu", Quantity.Parse("2"))), 4L << 30, new ProbeOptions());
        var prober = new Prober(runtime, time);
        var sources = new EnvironmentSources((_, _) => default, (_, _) => default, () => []);
        var volumes = new PodVolumes(paths, time);
        var hostResources = new HostResources(
            volumes, paths, cgroups, facts => new PodVolumeSources(sources.ConfigMap, sources.Secret, (_, _, _) => default, facts), nodeEnvironment, time);
        var services = new PodServices(
            runtime, new ImagePuller(_containerd.Images, time), hostResources, new PodHooks(runtime, prober, time), prober, sources, _api, new NoEvents(), time, NullLogger.Instance);
        _agent = new NodeAgent(new NodeAgentOptions { NodeName = "n1" }, services, nodeEnvironment, new NoRegistration(), new OrphanedPods(volumes, paths, cgroups, nodeEnvironment.Sandboxes, time));
        _running = _agent.RunAsync(_stop.Token);
        await _agent.Started.WaitAsync(Patience);
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private Pod? Pod(string name) => _api.All<Pod>().FirstOrDefault(one => one.Metadata.Name == name);

    private ValueTask<Pod> CreateAsync(string name, Func<Container, Container> change) => _api.CreateAsync(
        new Pod
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = name },
            Spec = new PodSpec
            {
                NodeName = "n1",
                AutomountServiceAccountToken = false,
                RestartPolicy = RestartPolicy.Always,
                TerminationGracePeriodSeconds = 10,
                Volumes = [new Volume { Name = "data", EmptyDir = new EmptyDirVolumeSource() }],
                Containers = [change(new Container { Name = "main", Image = _containerd.Sleeps.Image, Command = [.. _containerd.Sleeps.Command], Args = [.. _containerd.Sleeps.Arguments] })],
            },
        },
        default);

    private async Task DeleteAsync(string name) =>
        await _api.DeleteAsync<Pod>(new("default", name), new DeleteOptions { GracePeriodSeconds = 10 }, default);

    private Task SeeAsync(string name, Predicate<Pod> satisfied) =>
        Eventually.SeeAsync($"pod {name} as wanted", Patience, () => Task.FromResult(Pod(name)!), satisfied);

    private void Kill(string containerId)
    {
        var pid = File.ReadAllText(Path.Combine(_containerd.Supervisor.Layout.State, "io.containerd.runtime.v2.task/k8s.io", containerId, "init.pid"));
        Process.GetProcessById(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture)).Kill();
    }

    private static bool IsReady(Pod pod) => pod.Status.Conditions.Any(one => one is { Type: "Ready", Status: "True" });

    internal sealed class NoEvents : IEventRecorder
    {
        public void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null)
        {
        }
    }

    private sealed class NoRegistration : INodeRegistration
    {
        public Coppice.Objects.Core.Node? Seen => null;

        public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

        public void Wake()
        {
        }

        public Task GoDownAsync(TimeSpan within, CancellationToken stop) => Task.CompletedTask;
    }
}
