using System.Diagnostics;
using System.Globalization;
using Coppice.Cluster.Harness;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Containerd;
using Coppice.Node.Runtime.Cri;
using Coppice.Testing;

namespace Coppice.Bench.Healing;

/// <summary>The same containers on the same containerd by the bare CRI calls, with nothing between: what no orchestrator can be faster than.</summary>
internal sealed class RuntimeFloor(RunningCluster cluster, Answers answers, string image) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SubscribedWithin = TimeSpan.FromMilliseconds(300);

    private readonly ContainerdLayout _layout = new(new ContainerdOptions { Directory = Path.Combine(cluster.Folders.Data, "containerd") });
    private readonly CriRuntime _runtime = new(
        new ContainerdLayout(new ContainerdOptions { Directory = Path.Combine(cluster.Folders.Data, "containerd") }).Socket, TimeProvider.System);

    private int _made;

    public void Dispose() => _runtime.Dispose();

    /// <summary>RunPodSandbox, CreateContainer, StartContainer, an answer.</summary>
    public async Task<(FloorPod Pod, TimeSpan Took)> StartAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        // Without a uid, so that the node does not take it for one of its own.
        var name = $"floor-{Interlocked.Increment(ref _made)}";
        var spec = new SandboxSpec(
            new PodIdentity("floor", name, ""), 0, name, Path.Combine(cluster.Folders.Home, "floor", name), "", new Dictionary<string, string>(),
            new Dictionary<string, string>(), new DnsSettings([], [], []), [], default,
            new PodSecurity(null, null, [], false, null, new Dictionary<string, string>()));
        var sandbox = await _runtime.RunSandboxAsync(spec, CancellationToken.None);
        var id = await StartContainerAsync(sandbox, spec, 0);
        var pod = new FloorPod(sandbox, spec, id);
        return (pod, Stopwatch.GetElapsedTime(begun, await answers.UntilAsync(pod.Address, HealingBench.Port, answers: true)));
    }

    /// <summary>The end of its process, the event of it, CreateContainer, StartContainer, an answer. The dead one goes with its sandbox.</summary>
    public async Task<(FloorPod Pod, TimeSpan Took)> CrashAsync(FloorPod pod)
    {
        using var stop = new CancellationTokenSource(Patience);
        await using var events = _runtime.WatchAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var next = events.MoveNextAsync();
        var process = ProcessOf(pod.ContainerId);
        // Nothing tells when the subscription is in place.
        await Task.Delay(SubscribedWithin);

        var begun = Stopwatch.GetTimestamp();
        Processes.Signal(process, Signal.Kill);
        while (await next && !(events.Current.Type == RuntimeEventType.ContainerExited && events.Current.Id == pod.ContainerId))
        {
            next = events.MoveNextAsync();
        }

        var restarted = pod with { ContainerId = await StartContainerAsync(pod.Sandbox, pod.Spec, 1) };
        var took = Stopwatch.GetElapsedTime(begun, await answers.UntilAsync(pod.Address, HealingBench.Port, answers: true));
        await stop.CancelAsync();
        return (restarted, took);
    }

    public async Task RemoveAsync(FloorPod pod)
    {
        await _runtime.StopSandboxAsync(pod.Sandbox.Id, CancellationToken.None);
        await _runtime.RemoveSandboxAsync(pod.Sandbox.Id, CancellationToken.None);
    }

    /// <summary>The machine's number of a container's first process.</summary>
    public int ProcessOf(string containerId) => int.Parse(
        File.ReadAllText(Path.Combine(_layout.State, "io.containerd.runtime.v2.task/k8s.io", containerId, "init.pid")), CultureInfo.InvariantCulture);

    private async Task<string> StartContainerAsync(SandboxRecord sandbox, SandboxSpec spec, int attempt)
    {
        var container = new ContainerSpec(
            "main", attempt, image, [], ["serve"], null, [], [], default, new ContainerSecurity(null, null, null, [], false, false, false, null, [], []),
            $"main-{attempt}.log", "", "", false, false, false, spec);
        var id = await _runtime.CreateContainerAsync(sandbox, container, CancellationToken.None);
        await _runtime.StartContainerAsync(id, CancellationToken.None);
        return id;
    }
}

/// <summary>A pod that no API knows of.</summary>
internal sealed record FloorPod(SandboxRecord Sandbox, SandboxSpec Spec, string ContainerId)
{
    public string Address => Sandbox.Addresses[0];
}
