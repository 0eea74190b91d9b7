using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Grpc;

namespace Coppice.Node.Pods;

/// <summary>When to try again what did not work.</summary>
internal static class Troubles
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>
    /// After 50 ms, 100 ms, 200 ms … 1 s: for what a moment may mend, as when a sandbox is stopped while the last of its processes ends and
    /// takes its shim along.
    /// </summary>
    public static TimeSpan Soon(int failures)
    {
        var pause = FirstPause * Math.Pow(2, Math.Clamp(failures - 1, 0, 8));
        return pause < Pause ? pause : Pause;
    }

    /// <summary>After 1 s, 2 s, 4 s … 10 s.</summary>
    public static Trouble After(Trouble? before, string reason, string message, TimeProvider time)
    {
        var failures = (before?.Failures ?? 0) + 1;
        var pause = Pause * Math.Pow(2, Math.Min(failures - 1, 8));
        return new Trouble(reason, message, time.GetUtcNow() + (pause < LongestPause ? pause : LongestPause), failures);
    }

    /// <summary>The runtime's error as Kubernetes' messages quote it: rpc error: code = Unknown desc = ….</summary>
    public static string Text(RuntimeException failed) => failed.InnerException is GrpcException call ? call.Description : failed.Message;
}
