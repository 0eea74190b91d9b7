using Coppice.Client;
using Coppice.Controllers.NodeLifecycle.Detection;
using Coppice.Objects;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;

namespace Coppice.Controllers.NodeLifecycle;

/// <summary>
/// When each node was last heard of, by our own clock: what counts is that its lease or its report changed, not the time it wrote into
/// them, as clocks of machines differ; and how long ago that was, however our clock was set meanwhile. Nodes that send heartbeats are
/// judged by those, unless they go on without: then their agent knows none, or has lost the way for them alone. The one in our own process
/// is not gone while it sends them: what it writes may wait for our own disk.
/// </summary>
internal sealed class NodeHealth(NodeWatch watch, TimeProvider time)
{
    private readonly SteadyClock _clock = new(time);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Sign> _signs = new(StringComparer.Ordinal);

    public Silence Of(Node node, Lease? lease)
    {
        var signs = SilentFor(node, lease);
        if (watch.Heartbeats.SilenceBeside(node.Metadata.Name!) is { } beside && beside < signs)
        {
            signs = beside;
        }

        return watch.Heartbeats.Of(node.Metadata.Name!) is { } beats && beats.For - beats.Patience <= signs
            ? beats
            : new(signs, node.Status.Conditions.IsEmpty ? watch.Options.StartupGracePeriod : watch.Options.GracePeriod);
    }

    /// <summary>Whether there was a sign of the node since we began to look: what it had written before that may be old.</summary>
    public bool IsHeard(string node)
    {
        if (watch.Heartbeats.Of(node) is not null || watch.Heartbeats.SilenceBeside(node) is not null)
        {
            return true;
        }

        lock (_gate)
        {
            return _signs.GetValueOrDefault(node) is { IsFirst: false };
        }
    }

    public void Forget(string node)
    {
        lock (_gate)
        {
            _signs.Remove(node);
        }
    }

    /// <summary>How long ago the node wrote a sign of life that differs from the one before it.</summary>
    private TimeSpan SilentFor(Node node, Lease? lease)
    {
        var ready = NodeConditions.Find(node.Status, NodeConditionType.Ready);
        // Our own verdict, written into the report, is no sign of life.
        var report = ready is null || ready.Status == ConditionStatus.Unknown ? null : ready.LastHeartbeatTime;
        lock (_gate)
        {
            var known = _signs.GetValueOrDefault(node.Metadata.Name!);
            if (known is not null && known.Uid == node.Metadata.Uid && known.Lease == lease?.Spec.RenewTime && (report is null || known.Report == report))
            {
                return _clock.GetUtcNow() - known.At;
            }

            // A lease that is seen for the first time may be old, too.
            var isFirst = known is null or { IsFirst: true, Lease: null };
            var sign = new Sign(node.Metadata.Uid, lease?.Spec.RenewTime, report ?? known?.Report, _clock.GetUtcNow(), isFirst);
            _signs[node.Metadata.Name!] = sign;
            return TimeSpan.Zero;
        }
    }

    private sealed record Sign(string? Uid, MicroTime? Lease, DateTimeOffset? Report, DateTimeOffset At, bool IsFirst);
}
