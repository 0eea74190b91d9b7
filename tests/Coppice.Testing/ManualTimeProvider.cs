namespace Coppice.Testing;

/// <summary>A clock that stands still until it is moved. Timers go off in the order of their times, on the thread that moves it.</summary>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedSet<ManualTimer> _timers = new(Comparer<ManualTimer>.Create(
        (a, b) => a.Due.CompareTo(b.Due) is var order and not 0 ? order : a.Order.CompareTo(b.Order)));

    private DateTimeOffset _now = start;
    private long _order;

    /// <summary>Begins at some moment that is easy to read in messages.</summary>
    public ManualTimeProvider() : this(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>When the next timer goes off; null if none is set.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_gate)
            {
                return _timers.Min?.Due;
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock on, through every timer that goes off meanwhile.</summary>
    public void Advance(TimeSpan by)
    {
        var until = GetUtcNow() + by;
        while (AdvanceToNext(until))
        {
        }
    }

    /// <summary>Moves the clock on as for a process that is suspended: what was due goes off, late, with the next move.</summary>
    public void Jump(TimeSpan by)
    {
        lock (_gate)
        {
            _now += by;
        }
    }

    /// <summary>Moves the clock to the next timer and lets it go off; or, if none goes off by then, to the given moment.</summary>
    /// <returns>Whether a timer went off.</returns>
    public bool AdvanceToNext(DateTimeOffset until)
    {
        ManualTimer? timer;
        lock (_gate)
        {
            timer = _timers.Min;
            if (timer is null || timer.Due > until)
            {
                _now = until > _now ? until : _now;
                return false;
            }

            _timers.Remove(timer);
            _now = timer.Due > _now ? timer.Due : _now;
            timer.SetAgain();
        }

        timer.GoOff();
        return true;
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        /// <summary>Of timers with the same time, the one that was set first goes off first.</summary>
        public long Order { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Set(clock._now + dueTime);
                }
            }

            return true;
        }

        public void SetAgain()
        {
            if (_period > TimeSpan.Zero)
            {
                Set(Due + _period);
            }
        }

        public void GoOff() => callback(state);

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(DateTimeOffset due)
        {
            Due = due;
            Order = clock._order++;
            clock._timers.Add(this);
        }
    }
}
