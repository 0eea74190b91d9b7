using System.Diagnostics;
using Coppice.Node.Host;
using Coppice.Node.Runtime.Cgroups;

namespace Coppice.Node.Fencing;

/// <summary>
/// The guard as a process of its own, in a session and a cgroup that outlive the agent. It is there only while there is something to
/// guard, and goes on through restarts of the agent.
/// </summary>
/// <param name="directory">Where they tell each other, below /run.</param>
/// <param name="command">What to start: the program and its arguments.</param>
/// <param name="cgroup">Where it runs: the one of the container runtime, which is not the pods'.</param>
public sealed class GuardProcess(string directory, IReadOnlyList<string> command, string cgroup, TimeProvider time) : IFenceGuard
{
    private static readonly TimeSpan AwakeWithin = TimeSpan.FromSeconds(1);

    /// <summary>A start takes some tenths of a second; on a machine that is busy, more.</summary>
    private static readonly TimeSpan StartEvery = TimeSpan.FromSeconds(5);

    // $1 the cgroup.procs files, the rest the command line. As the container runtime is started; the kernel ends others before it when
    // memory is short, and runs it before others when processors are. It needs little memory, and nobody looks into it.
    private const string StartScript = """
        groups=$1; shift
        for group in $groups; do echo $$ > "$group"; done
        { echo -1000 > /proc/self/oom_score_adj; } 2> /dev/null
        export DOTNET_EnableDiagnostics=0 DOTNET_GCHeapHardLimit=0x2000000
        exec setsid nice -n -10 "$@" > /dev/null 2>&1 < /dev/null
        """;

    private readonly FenceFiles _files = new(directory);
    private long? _startedAt;

    public TimeSpan Uptime => LinuxCalls.Uptime();

    public bool IsAwake => _files.Look() is { } at && Uptime - at < AwakeWithin;

    public FenceLease Current => _files.Lease() ?? FenceLease.None;

    public void Keep(FenceLease lease)
    {
        _files.Write(lease);
        if (lease.Pods.Count > 0 && !IsAwake && (_startedAt is not { } at || time.GetElapsedTime(at) > StartEvery))
        {
            _startedAt = time.GetTimestamp();
            Start();
        }
    }

    private void Start()
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = "/" };
        foreach (var argument in (string[])["-c", StartScript, "sh", string.Join('\n', CgroupMounts.Observe().MakeFor(cgroup)), .. command])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new IOException("the guard of this node's pods could not be started");
    }
}
