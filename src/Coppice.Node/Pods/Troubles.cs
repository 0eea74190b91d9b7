using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Grpc;

namespace Coppice.Node.Pods;

/// <summary>When to try again what did not work.</summary>
internal static class Troubles
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

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
