using System.Collections.Concurrent;

namespace Coppice.Node.Runtime.Cri;

internal enum TaskKind
{
    Sandbox,
    Container,
}

/// <summary>
/// What this process has seen of the runtime's tasks, so that an event's bare id can be understood without asking: what is a
/// sandbox, which sandbox a container is in, what ran when the watch broke off, and how something ended. A cache: an id that is
/// missing costs a question, nothing else. Safe for concurrent use.
/// </summary>
internal sealed class TaskRegister
{
    private readonly ConcurrentDictionary<string, KnownTask> _tasks = new();

    public void Saw(string id, TaskKind kind, string sandboxId, bool running) =>
        _tasks.AddOrUpdate(
            id,
            _ => new KnownTask(kind, sandboxId, running, null, false),
            // Once its exit was seen it doesn't run again, whatever an answer says that was on its way.
            (_, known) => known with { Running = running && known.Exit is null });

    public void SawRunning(string id) => Change(id, known => known with { Running = known.Exit is null });

    public void Stopped(string id) => Change(id, known => known with { Running = false });

    public void Exited(string id, TaskExitNote exit) => Change(id, known => known with { Running = false, Exit = exit });

    public void RanOutOfMemory(string id) => Change(id, known => known with { OutOfMemory = true });

    public void SawNetwork(string id, string? path) => Change(id, known => known with { NetworkNamespace = path, NetworkKnown = true });

    public void Forget(string id) => _tasks.TryRemove(id, out _);

    public KnownTask? Find(string id) => _tasks.TryGetValue(id, out var known) ? known : null;

    public HashSet<string> Ids() => [.. _tasks.Keys];

    public IReadOnlyList<(string Id, KnownTask Task)> Running() =>
        [.. _tasks.Where(entry => entry.Value.Running).Select(entry => (entry.Key, entry.Value))];

    private void Change(string id, Func<KnownTask, KnownTask> change)
    {
        while (_tasks.TryGetValue(id, out var known))
        {
            if (_tasks.TryUpdate(id, change(known), known))
            {
                return;
            }
        }
    }
}

internal sealed record TaskExitNote(int ExitCode, DateTimeOffset At);

/// <param name="SandboxId">For a container; a sandbox's own id otherwise.</param>
internal sealed record KnownTask(
    TaskKind Kind, string SandboxId, bool Running, TaskExitNote? Exit, bool OutOfMemory, string? NetworkNamespace = null, bool NetworkKnown = false);
