namespace Coppice.Node.Runtime.Cri;

internal enum TaskSignalType
{
    /// <summary>From here on nothing is missed.</summary>
    Listening,
    Exited,
    OutOfMemory,
}

/// <summary>What an event stream tells of a container or sandbox, whose ids it doesn't tell apart.</summary>
internal readonly record struct TaskSignal(TaskSignalType Type, string Id, int ExitCode, DateTimeOffset At);
