namespace Coppice.Node.Runtime.Simulated;

/// <summary>One container's state. Its owner is <see cref="SimulatedRuntime"/>, under whose lock everything here happens.</summary>
internal sealed class SimulatedContainer(ContainerRecord record, ContainerSpec spec, SimulatedProgram program) : IDisposable
{
    private readonly List<TaskCompletionSource> waiting = [];
    private ITimer? ending;

    public ContainerRecord Record { get; set; } = record;

    public ContainerSpec Spec => spec;

    public SimulatedProgram Program => program;

    /// <summary>What a test or a scenario says of its health; null while the program decides.</summary>
    public bool? Answers { get; set; }

    /// <summary>When the end that is planned comes.</summary>
    public DateTimeOffset EndsAt { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>Completes a source when the container ends; it must be running.</summary>
    public void TellEnd(TaskCompletionSource ended) => waiting.Add(ended);

    /// <summary>Plans the end, unless an earlier one is planned already.</summary>
    public void PlanEnd(DateTimeOffset at, TimeProvider time, Action end)
    {
        if (at >= EndsAt) return;
        EndsAt = at;
        ending?.Dispose();
        var due = at - time.GetUtcNow();
        ending = time.CreateTimer(_ => end(), null, due < TimeSpan.Zero ? TimeSpan.Zero : due, Timeout.InfiniteTimeSpan);
    }

    public void MarkEnded(DateTimeOffset at, int code, string reason)
    {
        Record = Record with { State = ContainerState.Exited, FinishedAt = at, ExitCode = code, Reason = reason };
        ending?.Dispose();
        ending = null;
        foreach (var one in waiting) one.TrySetResult();
        waiting.Clear();
    }

    public void Dispose() => ending?.Dispose();
}

internal sealed record SimulatedSandbox(SandboxRecord Record, SandboxSpec Spec);
