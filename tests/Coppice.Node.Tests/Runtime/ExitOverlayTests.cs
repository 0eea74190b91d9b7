using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cri;

namespace Coppice.Node.Tests.Runtime;

public sealed class ExitOverlayTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, false, "Completed")]
    [InlineData(2, false, "Error")]
    [InlineData(137, true, "OOMKilled")]
    public void A_status_that_lags_behind_the_exit_event_is_corrected(int code, bool outOfMemory, string reason)
    {
        var known = new KnownTask(TaskKind.Container, "s", false, new TaskExitNote(code, At), outOfMemory);

        var seen = ExitOverlay.Apply(Record(ContainerRunState.Running), known);

        Assert.Equal((ContainerRunState.Exited, code, reason, At), (seen.State, seen.ExitCode, seen.Reason, seen.FinishedAt));
        Assert.True(seen.IsLogOpen, "what it printed is said to be in the log before the runtime has taken the task apart");
    }

    [Fact]
    public void A_running_container_stays_running()
    {
        var record = Record(ContainerRunState.Running);

        Assert.Same(record, ExitOverlay.Apply(record, new KnownTask(TaskKind.Container, "s", true, null, false)));
        Assert.Same(record, ExitOverlay.Apply(record, null));
    }

    [Fact]
    public void An_exit_seen_is_not_undone_by_an_older_answer()
    {
        var register = new TaskRegister();
        register.Saw("c", TaskKind.Container, "s", running: true);
        register.Exited("c", new TaskExitNote(1, At));
        register.Saw("c", TaskKind.Container, "s", running: true);

        Assert.Empty(register.Running());
    }

    private static ContainerRecord Record(ContainerRunState state) =>
        new("c", "s", new PodIdentity("ns", "pod", "uid"), "main", 0, state, At, At, null, 0, null, null, "image", "id", "log", null, "hash");
}
