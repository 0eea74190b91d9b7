using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cri;

namespace Coppice.Node.Status;

/// <summary>
/// What a node says of its container runtime. One that is away for a moment, as at a restart, is no news: containers run on in their
/// shims. As with the kubelet it is down when it has not answered for half a minute.
/// </summary>
public sealed class RuntimeHealth(CriRuntime runtime, IImageService images, TimeProvider time)
{
    private static readonly TimeSpan DownAfter = TimeSpan.FromSeconds(30);

    private long? _awaySince;
    private RuntimeReport? _last;

    public async ValueTask<RuntimeReport> LookAsync(CancellationToken stop)
    {
        try
        {
            var conditions = await runtime.ConditionsAsync(stop);
            _last = new RuntimeReport(Problem(conditions), NetworkProblem(conditions), await images.ListAsync(stop));
            _awaySince = null;
            return _last;
        }
        catch (RuntimeException)
        {
            _awaySince ??= time.GetTimestamp();
            return _last is null ? new RuntimeReport("container runtime status check may not have completed yet", null, [])
                : time.GetElapsedTime(_awaySince.Value) >= DownAfter ? _last with { Problem = "container runtime is down" }
                : _last;
        }
    }

    private static string? Problem(IReadOnlyList<RuntimeCondition> conditions) =>
        conditions.FirstOrDefault(one => one is { Type: "RuntimeReady", Holds: false }) is { } bad ? $"container runtime not ready: RuntimeReady=false reason:{bad.Reason} message:{bad.Message}" : null;

    private static string? NetworkProblem(IReadOnlyList<RuntimeCondition> conditions) =>
        conditions.FirstOrDefault(one => one is { Type: "NetworkReady", Holds: false }) is { } bad ? $"NetworkReady=false reason:{bad.Reason} message:{bad.Message}" : null;
}

/// <param name="Problem">Why containers cannot run, or null.</param>
/// <param name="NetworkProblem">Why pods cannot have a network, or null.</param>
public sealed record RuntimeReport(string? Problem, string? NetworkProblem, IReadOnlyList<ImageRecord> Images);
