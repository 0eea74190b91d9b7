namespace Coppice.Controllers.Tests.World;

/// <summary>A clock that stands still until it is told to go on, and then rings what is due, in order.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<Alarm> alarms = [];
    private DateTimeOffset now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    public void Advance(TimeSpan by)
    {
        var end = now + by;
        while (alarms.Where(a => a.Due <= end).MinBy(a => a.Due) is { } next)
        {
            now = next.Due > now ? next.Due : now;
            alarms.Remove(next);
            next.Ring();
        }

        now = end;
    }

    private sealed class Alarm(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time.alarms.Remove(this);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Due = time.now + dueTime;
                time.alarms.Add(this);
            }

            return true;
        }

        public void Dispose() => time.alarms.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
