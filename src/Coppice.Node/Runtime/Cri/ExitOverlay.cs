using Coppice.Objects;

namespace Coppice.Node.Runtime.Cri;

/// <summary>
/// Joins a container's status with what its events said. containerd tells of an exit first and then cleans the task up, and
/// for those milliseconds its status still says that the container runs: whoever was woken by the event would be told that
/// nothing happened.
/// </summary>
internal static class ExitOverlay
{
    public static ContainerRecord Apply(ContainerRecord status, KnownTask? known)
    {
        if (status.State == ContainerRunState.Running && known?.Exit is { } exit)
        {
            var reason = ExitReasons.Of(exit.ExitCode, known.OutOfMemory);
            return status with { State = ContainerRunState.Exited, ExitCode = exit.ExitCode, FinishedAt = exit.At, Reason = reason, IsLogOpen = true };
        }

        if (status.State == ContainerRunState.Exited && known is { OutOfMemory: true } && status.Reason == ExitReasons.Error)
        {
            return status with { Reason = ExitReasons.OutOfMemory };
        }

        return status;
    }
}
