namespace Coppice.Controllers.NodeLifecycle.Detection;

/// <summary>
/// A clock that goes only while this process is awake: when it was suspended, or was given no processor, it has missed what nodes said,
/// and that time counts against none of them. It ticks, and no tick counts for more than <see cref="TickMax"/>.
/// </summary>
internal sealed class AttentiveClock(TimeProvider time)
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TickMax = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private TimeSpan _counted;
    private long _last = time.GetTimestamp();

    /// <summary>How long it has gone.</summary>
    public TimeSpan Now
    {
        get
        {
            lock (_gate)
            {
                var since = time.GetElapsedTime(_last);
                return _counted + (since < TickMax ? since : TickMax);
            }
        }
    }

    /// <summary>Lets it go until the result is disposed of.</summary>
    public IDisposable Start() => time.CreateTimer(_ => Tick(), null, TickEvery, TickEvery);

    private void Tick()
    {
        lock (_gate)
        {
            (_counted, _last) = (Now, time.GetTimestamp());
        }
    }
}
