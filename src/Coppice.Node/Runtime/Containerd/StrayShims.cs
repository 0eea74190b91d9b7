using Coppice.Node.Host;
using Coppice.Node.Runtime.Cri;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.Runtime.Containerd;

/// <summary>
/// Finds and ends shims that serve nothing: a containerd that is killed while it starts a container leaves one that the next containerd
/// knows nothing of, now and then with a runc in it that keeps its pod's cgroup busy.
/// </summary>
internal sealed partial class StrayShims(ContainerdLayout layout, CriRuntime runtime, TimeProvider time, ILogger log)
{
    /// <summary>How long a shim that serves nothing yet may be at its start: longer than any call that starts one may take.</summary>
    private static readonly TimeSpan StartMax = TimeSpan.FromMinutes(5);

    private readonly Dictionary<HostProcess, long> _suspects = [];

    /// <param name="containerd">The process that runs now: what is older, and not known to it, nobody will ever ask for.</param>
    public async ValueTask EndAsync(int containerd, CancellationToken stop)
    {
        // Looked at before the runtime is asked: what comes meanwhile is not mistaken for a stray.
        var shims = ShimProcess.Of(layout).Where(one => one.Namespace == ContainerdEvents.CriNamespace).ToList();
        if (shims.Count == 0 || HostProcess.Find(containerd) is not { } server)
        {
            return;
        }

        var served = await runtime.ServedTasksAsync(stop);
        var idle = shims.Where(one => !served.Contains(one.Task)).ToDictionary(one => one.Process with { State = default });
        foreach (var gone in _suspects.Keys.Where(one => !idle.ContainsKey(one)).ToList())
        {
            _suspects.Remove(gone);
        }

        foreach (var (process, shim) in idle)
        {
            _suspects.TryAdd(process, time.GetTimestamp());
            if (process.StartedAt < server.StartedAt || time.GetElapsedTime(_suspects[process]) >= StartMax)
            {
                ShimProcess.Kill([shim]);
                ForgetContainer(shim.Task);
                LogEnded(log, process.Id, shim.Task);
            }
        }
    }

    // runc's own note of the container, which only the shim would have had removed.
    private void ForgetContainer(string task)
    {
        var note = Path.Combine(layout.RuncState, ContainerdEvents.CriNamespace, task);
        if (Directory.Exists(note))
        {
            Directory.Delete(note, recursive: true);
        }
    }

    [LoggerMessage(3207, LogLevel.Information, "Orphaned shim {ProcessId} of task {Task}, which served nothing any more, was ended")]
    private static partial void LogEnded(ILogger log, int processId, string task);
}
