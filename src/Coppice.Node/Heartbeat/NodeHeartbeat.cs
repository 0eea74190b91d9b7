using Coppice.Client.Heartbeats;
using Coppice.Node.Fencing;

namespace Coppice.Node.Heartbeat;

/// <summary>
/// Says twice a second that the node lives, beside its lease: the server learns within seconds when it does not, and grants with every
/// answer some seconds more to what must not run twice.
/// </summary>
/// <param name="fence">What the grants are for; null where nothing is guarded.</param>
/// <param name="session">Of this life of the agent.</param>
/// <param name="missed">The server had taken the node for gone.</param>
public sealed class NodeHeartbeat(IHeartbeatLine line, Fence? fence, string session, TimeProvider time, Action missed)
{
    /// <summary>After this a beat is given up, and the next tries its own way: the server's patience is twice as long.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(1);

    private volatile TaskCompletionSource _next = new();
    private volatile bool _isAnswered = true;
    private long _said;
    private int _unanswered;
    private TimeSpan _every = TimeSpan.FromMilliseconds(500);

    /// <summary>False from when a beat was given up, until one is answered.</summary>
    public bool IsAnswered => _isAnswered;

    /// <summary>Until stop; the last one says that the agent goes.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        // A pod waits for the server to know that it is guarded.
        fence?.Added += Hasten;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var (began, next) = (time.GetTimestamp(), new TaskCompletionSource());
                _next = next;
                await BeatAsync(isLeaving: false, stop);
                var left = _every - time.GetElapsedTime(began);
                using var due = time.CreateTimer(_ => next.TrySetResult(), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
                using var stopping = stop.Register(() => next.TrySetResult());
                await next.Task;
            }
        }
        finally
        {
            fence?.Added -= Hasten;
        }

        await BeatAsync(isLeaving: true, CancellationToken.None);
    }

    private void Hasten() => _next.TrySetResult();

    // What fails is told by silence, and tried again with the next.
    private async ValueTask BeatAsync(bool isLeaving, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(AnswerWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        var sentAt = fence?.Uptime ?? default;
        var beat = (fence?.Say(session) ?? new(session, TimeSpan.Zero, [])) with { Number = ++_said, Unanswered = _unanswered++, IsLeaving = isLeaving };
        try
        {
            var answer = await line.BeatAsync(beat, either.Token);
            (_unanswered, _isAnswered) = (0, true);
            if (answer.Grant > TimeSpan.Zero)
            {
                fence?.Heard(beat.Guarded);
            }

            fence?.Granted(sentAt, answer.Grant);
            _every = answer.Every;
            if (answer.IsMissed)
            {
                missed();
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _isAnswered = false;
        }
    }
}
