using System.Diagnostics;
using Coppice.Node.Host;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Containerd;
using Coppice.Node.Runtime.Cri;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Contracts.Runtimes;

/// <summary>containerd dies, coppice goes and comes back, and the containers go on. Each test has a containerd of its own.</summary>
public sealed class ContainerdSupervisorTests : IAsyncLifetime
{
    private const int SignalContinue = 18;
    private const int SignalStop = 19;

    private RunningContainerd _own = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _own = await RunningContainerd.StartAsync();

    public async ValueTask DisposeAsync() => await _own.DisposeAsync();

    [Fact]
    public async Task A_command_that_a_hanging_containerd_does_not_run_is_no_command_that_ran_out_of_time()
    {
        var (_, id, _) = await _own.StartPodAsync(_own.Sleeps, Stop);
        var second = TimeSpan.FromSeconds(1);
        await SuspendAsync(_own.ContainerdId());
        try
        {
            await Assert.ThrowsAsync<RuntimeUnavailableException>(async () => await _own.Runtime.RunCommandAsync(id, ["/bin/sh", "-c", "exit 0"], second, Stop));
        }
        finally
        {
            HostProcess.Signal(_own.ContainerdId(), SignalContinue);
        }

        Assert.Equal(0, (await _own.Runtime.RunCommandAsync(id, ["/bin/sh", "-c", "exit 0"], Patience, Stop)).ExitCode);

        // One that goes on while a command is late says nothing about that command, either.
        await SuspendAsync(_own.ContainerdId());
        var late = _own.Runtime.RunCommandAsync(id, _own.EndlessCommand, 3 * second, Stop).AsTask();
        await Assert.ThrowsAsync<RuntimeUnavailableException>(async () => await _own.Runtime.RunCommandAsync(id, ["/bin/sh", "-c", "exit 0"], second, Stop));
        HostProcess.Signal(_own.ContainerdId(), SignalContinue);
        await Assert.ThrowsAsync<RuntimeUnavailableException>(() => late);
    }

    [Fact]
    public async Task When_containerd_is_killed_containers_live_on_and_it_is_back_at_once()
    {
        var (sandbox, id, process) = await _own.StartPodAsync(_own.Sleeps, Stop);
        var watch = await RuntimeWatch.StartAsync(_own.Runtime);

        Process.GetProcessById(_own.ContainerdId()).Kill();

        await Assert.ThrowsAsync<RuntimeUnavailableException>(() => watch.Reading.WaitAsync(Patience));
        await _own.Supervisor.WaitUntilReadyAsync(Stop).WaitAsync(Patience);
        Assert.False(process.HasExited);
        await RunsAsync(id);
        var listed = await _own.Runtime.ListAsync(Stop);
        Assert.Equal([sandbox.Id], listed.Sandboxes.Select(one => one.Id));
        Assert.Equal([(id, ContainerRunState.Running)], listed.Containers.Select(one => (one.Id, one.State)));
        await watch.DisposeAsync();
    }

    [Fact]
    public async Task A_containerd_that_is_killed_again_and_again_is_back_at_once_each_time()
    {
        for (var round = 0; round < 6; round++)
        {
            var before = _own.ContainerdId();
            Process.GetProcessById(before).Kill();
            await _own.Supervisor.WaitUntilAsync(RuntimeAvailability.Lost, Stop).WaitAsync(Patience);
            await _own.Supervisor.WaitUntilReadyAsync(Stop).WaitAsync(Patience);
            Assert.NotEqual(before, _own.ContainerdId());
        }

        // Pauses that doubled with every death would be at eight seconds by now, and were the only pauses above a second.
        var pauses = _own.Log.Lines.Where(line => line.Contains("it is started again in", StringComparison.Ordinal)).ToList();
        Assert.Equal(6, pauses.Count);
        Assert.All(pauses, line => Assert.Matches("started again in (0|250) ms", line));
    }

    [Fact]
    public async Task A_containerd_that_runs_but_answers_nothing_is_replaced_and_containers_live_on()
    {
        var (_, id, process) = await _own.StartPodAsync(_own.Sleeps, Stop);
        var before = _own.ContainerdId();

        await SuspendAsync(before);

        await _own.Supervisor.WaitUntilAsync(RuntimeAvailability.Lost, Stop).WaitAsync(Patience);
        await _own.Supervisor.WaitUntilReadyAsync(Stop).WaitAsync(Patience);
        Assert.NotEqual(before, _own.ContainerdId());
        Assert.False(process.HasExited);
        await RunsAsync(id);
    }

    [Fact]
    public async Task Shims_that_a_dead_containerd_left_are_ended_and_those_that_serve_stay()
    {
        var (sandbox, id, process) = await _own.StartPodAsync(_own.Sleeps, Stop);
        var socket = await _own.StartStrayShimAsync("stray");
        Assert.True(File.Exists(socket));
        await Eventually.TrueAsync("both shims", Patience, () => Shims().SetEquals([sandbox.Id, "stray"]));
        Process.GetProcessById(_own.ContainerdId()).Kill();

        await Eventually.TrueAsync("the end of the stray shim", Patience, () => !Shims().Contains("stray"));
        await _own.Supervisor.WaitUntilReadyAsync(Stop).WaitAsync(Patience);
        Assert.False(process.HasExited);
        await RunsAsync(id);
        Assert.Equal(new SortedSet<string> { sandbox.Id }, Shims());
        await Eventually.TrueAsync("the end of its socket", Patience, () => !File.Exists(socket));

        SortedSet<string> Shims() => [.. ShimProcess.Of(_own.Supervisor.Layout).Select(one => one.Task)];
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

        await using var watch = RuntimeWatch.Start(_own.Runtime);
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
        Assert.Equal(ContainerRunState.Running, await StateAsync(id));

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
        await Eventually.TrueAsync("the end of the container's process", Patience, () => process.HasExited);
        Assert.False(Directory.Exists(_own.Options.Directory));
        Assert.DoesNotContain(_own.Options.Directory, await File.ReadAllTextAsync("/proc/self/mountinfo", Stop));
    }

    // The connection to a containerd that was replaced is found broken by whoever asks first.
    private Task RunsAsync(string id) => Eventually.SeeAsync("a running container", Patience, () => StateAsync(id), seen => seen == ContainerRunState.Running);

    private async Task<ContainerRunState?> StateAsync(string id)
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

    // The signal is on its way when kill(2) returns: until each thread has seen it, an answer may still come.
    private static async Task SuspendAsync(int process)
    {
        HostProcess.Signal(process, SignalStop);
        await Eventually.TrueAsync("containerd to stand still", Patience, () => Directory.GetDirectories($"/proc/{process}/task").All(IsStopped));
    }

    private static bool IsStopped(string thread)
    {
        var stat = File.ReadAllText(Path.Combine(thread, "stat"));
        return stat[stat.LastIndexOf(')') + 2] == 'T';
    }
}
