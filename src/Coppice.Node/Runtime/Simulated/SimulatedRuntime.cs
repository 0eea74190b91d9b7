using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Coppice.Client;
using Coppice.Objects;

namespace Coppice.Node.Runtime.Simulated;

/// <summary>
/// A container runtime in memory, for the simulation and for tests: it passes the same contract as the real one, takes its time
/// from the clock it is given and its chances from the <see cref="Random"/>, and fails as it is told.
/// </summary>
/// <remarks>Deterministic when it is driven by one thread; the lock is for tests that use the real clock.</remarks>
public sealed class SimulatedRuntime(SimulatedImages images, SimulatedOptions options, TimeProvider time, Random random) : IContainerRuntime
{
    private const int KilledCode = 137;
    private const int FirstAddress = 2;
    private const int LastAddress = 254;

    // Programs live as long as they live, whatever is done to the clock.
    private readonly SteadyClock _clock = new(time);
    private readonly Lock _gate = new();
    private readonly List<SimulatedSandbox> _sandboxes = [];
    private readonly List<SimulatedContainer> _containers = [];
    private readonly List<Channel<RuntimeEvent>> _watchers = [];
    private int _lastAddress = FirstAddress - 1;
    private bool _isDown;

    /// <summary>Which verbs fail; asked at every one.</summary>
    public RuntimeFault? Fault { get; set; }

    /// <summary>While true, events are lost: what happens is only found by listing.</summary>
    public bool LosesEvents { get; set; }

    public async ValueTask<RuntimeSnapshot> ListAsync(CancellationToken stop)
    {
        await BeginAsync(RuntimeVerb.List, "", default, stop);
        return Held();
    }

    /// <summary>What is there, past every fault: for whoever checks on the world from outside of it.</summary>
    public RuntimeSnapshot Held()
    {
        lock (_gate)
        {
            return new RuntimeSnapshot([.. _sandboxes.Select(one => one.Record)], [.. _containers.Select(one => one.Record)]);
        }
    }

    /// <summary>The ways to run pods that it has, by name; the usual one has none.</summary>
    public IReadOnlyList<string> Handlers { get; set; } = [""];

    public async ValueTask<SandboxRecord> RunSandboxAsync(SandboxSpec spec, CancellationToken stop)
    {
        await BeginAsync(RuntimeVerb.RunSandbox, spec.Pod.Name, options.Sandbox, stop);
        if (!Handlers.Contains(spec.RuntimeHandler))
        {
            throw new RuntimeException($"failed to get sandbox runtime: no runtime for \"{spec.RuntimeHandler}\" is configured");
        }

        lock (_gate)
        {
            if (_sandboxes.FirstOrDefault(one => one.Record.Pod == spec.Pod && one.Record.Attempt == spec.Attempt) is { } other)
            {
                throw new RuntimeException($"failed to reserve sandbox name \"{spec.Pod.Name}_{spec.Pod.Namespace}_{spec.Pod.Uid}_{spec.Attempt}\": name is reserved for \"{other.Record.Id}\"");
            }

            var id = NewId();
            var isOnHost = spec.Sharing.HostNetwork;
            var record = new SandboxRecord(
                id, spec.Pod, spec.Attempt, SandboxState.Ready, time.GetUtcNow(), isOnHost ? [] : [NewAddress()], isOnHost ? null : "/run/netns/" + id[..12]);
            _sandboxes.Add(new SimulatedSandbox(record, spec));
            return record;
        }
    }

    public async ValueTask StopSandboxAsync(string sandboxId, CancellationToken stop)
    {
        await BeginAsync(RuntimeVerb.StopSandbox, sandboxId, options.Stop, stop);
        lock (_gate)
        {
            EndSandbox(sandboxId);
        }
    }

    public async ValueTask RemoveSandboxAsync(string sandboxId, CancellationToken stop)
    {
        await BeginAsync(RuntimeVerb.RemoveSandbox, sandboxId, default, stop);
        lock (_gate)
        {
            EndSandbox(sandboxId);
            foreach (var one in _containers.Where(one => one.Record.SandboxId == sandboxId))
            {
                one.Dispose();
            }

            _containers.RemoveAll(one => one.Record.SandboxId == sandboxId);
            _sandboxes.RemoveAll(one => one.Record.Id == sandboxId);
        }
    }

    public async ValueTask<string> CreateContainerAsync(SandboxRecord sandbox, ContainerSpec spec, CancellationToken stop)
    {
        await BeginAsync(RuntimeVerb.CreateContainer, spec.Name, options.Create, stop);
        if (images.Find(spec.Image) is not var (image, program))
        {
            throw new RuntimeException($"failed to resolve image \"{spec.Image}\": not found");
        }

        lock (_gate)
        {
            if (FindSandbox(sandbox.Id) is not { Record.State: SandboxState.Ready })
            {
                throw new RuntimeException($"failed to find sandbox id \"{sandbox.Id}\": not found");
            }

            if (_containers.FirstOrDefault(one => one.Record.SandboxId == sandbox.Id && one.Record.Name == spec.Name && one.Record.Attempt == spec.Attempt) is { } other)
            {
                throw new RuntimeException($"failed to reserve container name \"{spec.Name}_{sandbox.Pod.Name}_{spec.Attempt}\": name is reserved for \"{other.Record.Id}\"");
            }

            var record = new ContainerRecord(
                NewId(), sandbox.Id, sandbox.Pod, spec.Name, spec.Attempt, ContainerRunState.Created, time.GetUtcNow(), null, null, 0, null, null,
                image.Tags[0], image.Id, Path.Combine(spec.Sandbox.LogDirectory, spec.LogPath), spec.TerminationMessagePath, spec.SpecHash);
            _containers.Add(new SimulatedContainer(record, spec, program));
            return record.Id;
        }
    }

    public async ValueTask StartContainerAsync(string containerId, CancellationToken stop)
    {
        await BeginAsync(RuntimeVerb.StartContainer, containerId, options.Start, stop);
        lock (_gate)
        {
            var container = Find(containerId) ?? throw NotFound(containerId);
            if (container.Record.State != ContainerRunState.Created)
            {
                throw new RuntimeException($"container \"{containerId}\" is not in created state");
            }

            if (FindSandbox(container.Record.SandboxId) is not { Record.State: SandboxState.Ready })
            {
                throw new RuntimeException("sandbox container is not running");
            }

            var now = time.GetUtcNow();
            if (container.Program.StartError is { } error)
            {
                container.MarkEnded(now, 128, ExitReasons.StartError);
                throw new RuntimeException(error);
            }

            container.Record = container.Record with { State = ContainerRunState.Running, StartedAt = now };
            container.Begun = _clock.GetUtcNow();
            PlanOwnEnd(container, container.Begun.Value);
        }
    }

    public async ValueTask UpdateContainerAsync(string containerId, ContainerResources resources, CancellationToken stop)
    {
        await BeginAsync(RuntimeVerb.UpdateContainer, containerId, default, stop);
        lock (_gate)
        {
            if (Find(containerId) is { } container)
            {
                container.Resources = resources;
            }
        }
    }

    /// <summary>What a container may use; null if there is no such container.</summary>
    public ContainerResources? ResourcesOf(string containerId)
    {
        lock (_gate)
        {
            return Find(containerId)?.Resources;
        }
    }

    public async ValueTask StopContainerAsync(string containerId, TimeSpan grace, CancellationToken stop)
    {
        await BeginAsync(RuntimeVerb.StopContainer, containerId, default, stop);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (Find(containerId) is not { Record.State: ContainerRunState.Running } container)
            {
                return;
            }

            var now = _clock.GetUtcNow();
            if (container.Program.TerminatesWithin is { } own && own < grace)
            {
                container.PlanEnd(now + own, _clock, () => Kill(containerId, 0));
            }
            else
            {
                container.PlanEnd(now + grace, _clock, () => Kill(containerId, KilledCode));
            }

            container.TellEnd(ended);
        }
        // Not WaitAsync: it would go over the thread pool, and a simulation on one thread could not order what follows.
        await using var registration = stop.Register(() => ended.TrySetCanceled(stop));
        await ended.Task;
    }

    public async ValueTask RemoveContainerAsync(string containerId, CancellationToken stop)
    {
        await BeginAsync(RuntimeVerb.RemoveContainer, containerId, default, stop);
        lock (_gate)
        {
            if (Find(containerId) is not { } container)
            {
                return;
            }

            End(container, KilledCode);
            container.Dispose();
            _containers.Remove(container);
        }
    }

    public async ValueTask<ContainerRecord?> FindContainerAsync(string containerId, CancellationToken stop)
    {
        await BeginAsync(RuntimeVerb.FindContainer, containerId, default, stop);
        lock (_gate)
        {
            return Find(containerId)?.RecordAt(time.GetUtcNow(), options.LogClosing);
        }
    }

    public async ValueTask<CommandResult> RunCommandAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken stop)
    {
        await BeginAsync(RuntimeVerb.RunCommand, containerId, default, stop);
        SimulatedCommand run;
        lock (_gate)
        {
            var container = Find(containerId) ?? throw NotFound(containerId);
            if (container.Record.State != ContainerRunState.Running)
            {
                throw new RuntimeException($"container is in {container.Record.State} state");
            }

            run = container.Program.Commands?.Invoke(command) ?? new SimulatedCommand(default, new CommandResult(0, "", ""));
        }

        var isLate = run.Duration > timeout;
        if (run.Duration > TimeSpan.Zero)
        {
            await Task.Delay(isLate ? timeout : run.Duration, time, stop);
        }

        return isLate ? throw new TimeoutException($"command \"{string.Join(' ', command)}\" timed out") : run.Result;
    }

    public ValueTask ReopenLogAsync(string containerId, CancellationToken stop) => BeginAsync(RuntimeVerb.ReopenLog, containerId, default, stop);

    public async IAsyncEnumerable<RuntimeEvent> WatchAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var events = Channel.CreateUnbounded<RuntimeEvent>();
        lock (_gate)
        {
            if (_isDown)
            {
                throw Unavailable();
            }

            _watchers.Add(events);
        }

        try
        {
            while (await events.Reader.WaitToReadAsync(stop))
            {
                while (events.Reader.TryRead(out var one))
                {
                    yield return one;
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _watchers.Remove(events);
            }
        }

        throw Unavailable();
    }

    /// <summary>The container's process ends now, as after kill -9 or a crash.</summary>
    public void Kill(string containerId, int exitCode = KilledCode)
    {
        lock (_gate)
        {
            if (Find(containerId) is { } container)
            {
                End(container, exitCode);
            }
        }
    }

    /// <summary>The sandbox's first process ends, and all of its containers with it.</summary>
    public void KillSandbox(string sandboxId)
    {
        lock (_gate)
        {
            EndSandbox(sandboxId);
        }
    }

    /// <summary>The runtime itself dies: every verb and watch fails until <see cref="Revive"/>. Containers go on.</summary>
    public void Crash()
    {
        lock (_gate)
        {
            _isDown = true;
            foreach (var one in _watchers)
            {
                one.Writer.TryComplete();
            }
        }
    }

    public void Revive()
    {
        lock (_gate)
        {
            _isDown = false;
        }
    }

    /// <summary>The machine loses its power: every sandbox and container has ended, nobody is told.</summary>
    public void PowerOff()
    {
        Crash();
        lock (_gate)
        {
            foreach (var one in _sandboxes.ToList())
            {
                EndSandbox(one.Record.Id);
            }
        }
    }

    /// <summary>Makes a container answer probes or not, whatever its program says; null gives it back to the program.</summary>
    public void SetAnswers(string containerId, bool? answers)
    {
        lock (_gate)
        {
            if (Find(containerId) is { } container)
            {
                container.Answers = answers;
            }
        }
    }

    /// <summary>Whether a container would answer a connection now.</summary>
    public bool Answers(string containerId)
    {
        lock (_gate)
        {
            return Find(containerId) is { Record.State: ContainerRunState.Running, Begun: { } begun } container
                && (container.Answers ?? _clock.GetUtcNow() >= begun + container.Program.ReadyAfter);
        }
    }

    private async ValueTask BeginAsync(RuntimeVerb verb, string subject, TimeSpan takes, CancellationToken stop)
    {
        ThrowWhenDown();
        await SimulatedTime.PassAsync(takes, time, random, stop);
        ThrowWhenDown();
        if (Fault?.Invoke(verb, subject) is { } fault)
        {
            throw fault;
        }
    }

    private void ThrowWhenDown()
    {
        lock (_gate)
        {
            if (_isDown)
            {
                throw Unavailable();
            }
        }
    }

    private void PlanOwnEnd(SimulatedContainer container, DateTimeOffset now)
    {
        var id = container.Record.Id;
        var limit = container.Spec.Resources.MemoryLimitBytes;
        if (limit > 0 && container.Program.MemoryBytes > limit)
        {
            container.PlanEnd(now, _clock, () => EndForMemory(id));
        }
        else if (container.Program.EndsAfter is { } after)
        {
            container.PlanEnd(now + after, _clock, () => Kill(id, container.Program.ExitCode));
        }
    }

    private void EndForMemory(string containerId)
    {
        lock (_gate)
        {
            if (Find(containerId) is not { Record.State: ContainerRunState.Running } container)
            {
                return;
            }

            Tell(new RuntimeEvent(RuntimeEventType.ContainerOutOfMemory, containerId, 0, time.GetUtcNow()));
            End(container, KilledCode, ExitReasons.OutOfMemory);
        }
    }

    private void EndSandbox(string sandboxId)
    {
        var at = _sandboxes.FindIndex(one => one.Record.Id == sandboxId);
        if (at < 0 || _sandboxes[at].Record.State == SandboxState.NotReady)
        {
            return;
        }

        foreach (var one in _containers.Where(one => one.Record.SandboxId == sandboxId).ToList())
        {
            End(one, KilledCode);
        }

        _sandboxes[at] = _sandboxes[at] with { Record = _sandboxes[at].Record with { State = SandboxState.NotReady } };
        Tell(new RuntimeEvent(RuntimeEventType.SandboxExited, sandboxId, KilledCode, time.GetUtcNow()));
    }

    private void End(SimulatedContainer container, int code, string? reason = null)
    {
        if (container.Record.State != ContainerRunState.Running)
        {
            return;
        }

        var now = time.GetUtcNow();
        container.MarkEnded(now, code, reason ?? ExitReasons.Of(code));
        Tell(new RuntimeEvent(RuntimeEventType.ContainerExited, container.Record.Id, code, now));
    }

    private void Tell(RuntimeEvent one)
    {
        if (LosesEvents)
        {
            return;
        }

        foreach (var watcher in _watchers)
        {
            watcher.Writer.TryWrite(one);
        }
    }

    private SimulatedContainer? Find(string containerId) => _containers.FirstOrDefault(one => one.Record.Id == containerId);

    private SimulatedSandbox? FindSandbox(string sandboxId) => _sandboxes.FirstOrDefault(one => one.Record.Id == sandboxId);

    private string NewId()
    {
        var bytes = new byte[32];
        lock (random)
        {
            random.NextBytes(bytes);
        }

        return Convert.ToHexStringLower(bytes);
    }

    private string NewAddress()
    {
        for (var tries = 0; tries <= LastAddress - FirstAddress; tries++)
        {
            _lastAddress = _lastAddress >= LastAddress ? FirstAddress : _lastAddress + 1;
            var address = options.AddressPrefix + _lastAddress.ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (!_sandboxes.Any(one => one.Record.State == SandboxState.Ready && one.Record.Addresses.Contains(address)))
            {
                return address;
            }
        }

        throw new RuntimeException("failed to setup network for sandbox: no IP addresses available in range set");
    }

    private static RuntimeException NotFound(string id) => new($"an error occurred when try to find container \"{id}\": not found");

    private static RuntimeUnavailableException Unavailable() => new("the simulated runtime is down");
}
