using Coppice.Client;
using Coppice.Node.Runtime.Grpc;
using Coppice.Node.Runtime;

namespace Coppice.Node.Pods;

/// <summary>When to try again what did not work.</summary>
internal static class FailureBackOff
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly Backoff ShortPauses = new(TimeSpan.FromMilliseconds(50), Pause);
    private static readonly Backoff Pauses = new(Pause, TimeSpan.FromSeconds(10));

    /// <summary>
    /// After 50 ms, 100 ms, 200 ms … 1 s: for what a moment may mend, as when a sandbox is stopped while the last of its processes ends and
    /// takes its shim along.
    /// </summary>
    public static TimeSpan Soon(int failures) => ShortPauses.After(failures);

    /// <summary>After 1 s, 2 s, 4 s … 10 s.</summary>
    public static FailedAttempt After(FailedAttempt? before, string reason, string message, TimeProvider time)
    {
        var failures = (before?.Failures ?? 0) + 1;
        return new FailedAttempt(reason, message, time.GetUtcNow() + Pauses.After(failures), failures);
    }

    /// <summary>The runtime's error as Kubernetes' messages quote it: rpc error: code = Unknown desc = ….</summary>
    public static string Text(RuntimeException failed) => failed.InnerException is GrpcException call ? call.Description : failed.Message;
}
