using System.Diagnostics;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Containerd;
using Coppice.Node.Runtime.Cri;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Contracts.Runtimes;

/// <summary>containerd dies, coppice goes and comes back, and the containers go on. Each test has a containerd of its own.</summary>
public sealed class ContainerdSupervisorTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private RunningContainerd _own = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _own = await RunningContainerd.StartAsync();

    public async ValueTask DisposeAsync() => await _own.DisposeAsync();

    [Fact]
    public async Task When_containerd_is_killed_containers_live_on_and_it_is_back_at_once()
    {
        var (sandbox, id, process) = await _own.StartPodAsync(_own.Sleeps, Stop);
        var watch = await RuntimeWatch.StartAsync(_own.Runtime);

        Process.GetProcessById(_own.ContainerdId()).Kill();

        await Assert.ThrowsAsync<RuntimeUnavailableException>(() => watch.Reading.WaitAsync(Patience));
        await _own.Supervisor.WaitUntilReadyAsync(Stop).WaitAsync(Patience);
        Assert.False(process.HasExited);
        await Eventually.TrueAsync(async () => await StateAsync(id) == ContainerState.Running, Patience, () => "not running");
        var listed = await _own.Runtime.ListAsync(Stop);
        Assert.Equal([sandbox.Id], listed.Sandboxes.Select(one => one.Id));
        Assert.Equal([(id, ContainerState.Running)], listed.Containers.Select(one => (one.Id, one.State)));
        await watch.DisposeAsync();
    }

    [Fact]
    public async Task What_keeps_containerd_from_being_started_again_is_waited_out()
    {
        // Where its configuration is written, a directory is as bad as a full disk.
        var file = _own.Supervisor.Layout.ConfigurationFile;
        File.Delete(file);
        Directory.CreateDirectory(file);
        Process.GetProcessById(_own.ContainerdId()).Kill();
        await _own.Supervisor.WaitUntilAsync(RuntimeAvailability.Lost, Stop).WaitAsync(Patience);

        Directory.Delete(file);
        await _own.Supervisor.WaitUntilReadyAsync(Stop).WaitAsync(Patience);
    }

    [Fact]
    public async Task What_ended_while_containerd_was_away_is_told_when_the_watch_is_back()
    {
        var (_, id, process) = await _own.StartPodAsync(_own.Sleeps, Stop);
        await _own.Runtime.ListAsync(Stop);

        Process.GetProcessById(_own.ContainerdId()).Kill();
        process.Kill();
        await _own.Supervisor.WaitUntilAsync(RuntimeAvailability.Lost, Stop).WaitAsync(Patience);
        await _own.Supervisor.WaitUntilReadyAsync(Stop).WaitAsync(Patience);

        await using var watch = await RuntimeWatch.StartAsync(_own.Runtime);
        var told = await watch.UntilAsync(one => one.Id == id && one.Type == RuntimeEventType.ContainerExited);
        Assert.Equal(137, told.ExitCode);
    }

    [Fact]
    public async Task The_next_coppice_takes_over_the_running_containerd()
    {
        var (_, id, process) = await _own.StartPodAsync(_own.Sleeps, Stop);
        var before = _own.ContainerdId();
        await _own.StopSupervisingAsync();
        Assert.False(Process.GetProcessById(before).HasExited);

        using var next = new ContainerdSupervisor(_own.Options, TimeProvider.System, NullLogger<ContainerdSupervisor>.Instance);
        using var stop = new CancellationTokenSource();
        var running = next.RunAsync(stop.Token);
        await next.WaitUntilReadyAsync(Stop).WaitAsync(Patience);

        Assert.Equal(before, _own.ContainerdId());
        Assert.False(process.HasExited);
        Assert.Equal(ContainerState.Running, await StateAsync(id));

        // It watches over the one it did not start, too.
        Process.GetProcessById(before).Kill();
        await next.WaitUntilAsync(RuntimeAvailability.Lost, Stop).WaitAsync(Patience);
        await next.WaitUntilReadyAsync(Stop).WaitAsync(Patience);
        Assert.NotEqual(before, _own.ContainerdId());
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Stopping_leaves_the_containers_and_purging_leaves_nothing()
    {
        var (_, _, process) = await _own.StartPodAsync(_own.Sleeps, Stop);
        await _own.StopSupervisingAsync();

        await _own.Supervisor.StopAsync(purge: false, Stop);
        Assert.False(process.HasExited);
        Assert.False(File.Exists(_own.Supervisor.Layout.Socket));

        await _own.Supervisor.StopAsync(purge: true, Stop);
        await Eventually.TrueAsync(() => Task.FromResult(process.HasExited), Patience, () => "the container's process lives");
        Assert.False(Directory.Exists(_own.Options.Directory));
        Assert.DoesNotContain(_own.Options.Directory, await File.ReadAllTextAsync("/proc/self/mountinfo", Stop));
    }

    private async Task<ContainerState?> StateAsync(string id)
    {
        try
        {
            return (await _own.Runtime.FindContainerAsync(id, Stop))?.State;
        }
        catch (RuntimeUnavailableException)
        {
            return null;
        }
    }
}
