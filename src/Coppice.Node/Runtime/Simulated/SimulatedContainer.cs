using Coppice.Client;

namespace Coppice.Node.Runtime.Simulated;

/// <summary>One container's state. Its owner is <see cref="SimulatedRuntime"/>, under whose lock everything here happens.</summary>
internal sealed class SimulatedContainer(ContainerRecord record, ContainerSpec spec, SimulatedProgram program) : IDisposable
{
    private readonly List<TaskCompletionSource> _waiting = [];
    private ITimer? _ending;

    public ContainerRecord Record { get; set; } = record;

    public ContainerSpec Spec => spec;

    /// <summary>What it may use now.</summary>
    public ContainerResources Resources { get; set; } = spec.Resources;

    public SimulatedProgram Program => program;

    /// <summary>What a test or a scenario says of its health; null while the program decides.</summary>
    public bool? Answers { get; set; }

    /// <summary>When it was started, by the steady clock; null before.</summary>
    public DateTimeOffset? Begun { get; set; }

    /// <summary>When the end that is planned comes, by the steady clock.</summary>
    public DateTimeOffset EndsAt { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>Completes a source when the container ends; it must be running.</summary>
    public void TellEnd(TaskCompletionSource ended) => _waiting.Add(ended);

    /// <summary>Plans the end, unless an earlier one is planned already.</summary>
    public void PlanEnd(DateTimeOffset at, SteadyClock clock, Action end)
    {
        if (at >= EndsAt)
        {
            return;
        }

        EndsAt = at;
        _ending?.Dispose();
        var due = at - clock.GetUtcNow();
        _ending = clock.CreateTimer(_ => end(), null, due < TimeSpan.Zero ? TimeSpan.Zero : due, Timeout.InfiniteTimeSpan);
    }

    public void MarkEnded(DateTimeOffset at, int code, string reason)
    {
        Record = Record with { State = ContainerRunState.Exited, FinishedAt = at, ExitCode = code, Reason = reason };
        _ending?.Dispose();
        _ending = null;
        foreach (var one in _waiting)
        {
            one.TrySetResult();
        }

        _waiting.Clear();
    }

    /// <summary>The record as it is asked for now.</summary>
    public ContainerRecord RecordAt(DateTimeOffset now, TimeSpan logClosing) =>
        Record.FinishedAt is { } end && now - end < logClosing ? Record with { IsLogOpen = true } : Record;

    public void Dispose() => _ending?.Dispose();
}

internal sealed record SimulatedSandbox(SandboxRecord Record, SandboxSpec Spec);
