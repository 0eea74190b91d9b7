namespace Coppice.Node.Runtime.Cri;

/// <summary>
/// Joins a container's status with what its events said. containerd tells of an exit first and then cleans the task up, and
/// for those milliseconds its status still says that the container runs: whoever was woken by the event would be told that
/// nothing happened.
/// </summary>
internal static class ExitOverlay
{
    private const string CompletedReason = "Completed";
    private const string ErrorReason = "Error";

    public static ContainerRecord Apply(ContainerRecord status, KnownTask? known)
    {
        if (status.State == ContainerState.Running && known?.Exit is { } exit)
        {
            var reason = known.OutOfMemory ? CriRuntime.OutOfMemoryReason : exit.ExitCode == 0 ? CompletedReason : ErrorReason;
            return status with { State = ContainerState.Exited, ExitCode = exit.ExitCode, FinishedAt = exit.At, Reason = reason };
        }

        if (status.State == ContainerState.Exited && known is { OutOfMemory: true } && status.Reason == ErrorReason)
        {
            return status with { Reason = CriRuntime.OutOfMemoryReason };
        }

        return status;
    }
}
