namespace Coppice.Client;

/// <summary>
/// A clock that nobody sets: it shows the given one's time at first, and from then on goes as the machine's steady counter goes. For
/// pauses and deadlines that are kept in memory, so that a wall clock that is set forward ends none of them early, and one that is set
/// back makes nobody wait. Never for what is written or shown: after a correction its time is wrong.
/// </summary>
public sealed class SteadyClock(TimeProvider wall) : TimeProvider
{
    private readonly DateTimeOffset _start = wall.GetUtcNow();
    private readonly long _startStamp = wall.GetTimestamp();

    public override long TimestampFrequency => wall.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _start + wall.GetElapsedTime(_startStamp);

    public override long GetTimestamp() => wall.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        wall.CreateTimer(callback, state, dueTime, period);
}
