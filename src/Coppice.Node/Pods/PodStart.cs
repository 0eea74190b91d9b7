using Coppice.Node.Images;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>Measures one pod's start, until all its containers are reported as running. For any thread.</summary>
/// <param name="made">When the pod was made.</param>
internal sealed class PodStart(PodStarts all, DateTimeOffset made, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _seen = time.GetTimestamp();
    private readonly Dictionary<string, long> _pulling = new(StringComparer.Ordinal);
    private TimeSpan _pulled;
    private bool _isDone;

    /// <summary>What was told of a container's image: from that it is pulled until the next word of it, it is.</summary>
    public void Told(string container, ImageEvent one)
    {
        lock (_gate)
        {
            if (_pulling.Remove(container, out var since))
            {
                _pulled += time.GetElapsedTime(since);
            }

            if (one.Reason == ImageEvent.Pulling)
            {
                _pulling[container] = time.GetTimestamp();
            }
        }
    }

    /// <summary>The API knows this of the pod.</summary>
    public void Reported(PodStatus status)
    {
        lock (_gate)
        {
            if (_isDone || status.ContainerStatuses.IsEmpty || !status.ContainerStatuses.All(one => one.State.Running is not null))
            {
                return;
            }

            _isDone = true;
            all.Add(time.GetElapsedTime(_seen), time.GetUtcNow() - made, _pulled + InitialisationOf(status));
        }
    }

    private static TimeSpan InitialisationOf(PodStatus status) => status.InitContainerStatuses
        .Select(one => one.State.Terminated is { StartedAt: { } began, FinishedAt: { } ended } ? ended - began : TimeSpan.Zero)
        .Aggregate(TimeSpan.Zero, (sum, one) => sum + one);
}
