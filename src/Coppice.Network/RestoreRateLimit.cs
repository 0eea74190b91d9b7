namespace Coppice.Network;

/// <summary>
/// How often the rules are put right: at once, but with another program that changes them without end there is no race. On the steady
/// clock of the time provider.
/// </summary>
internal sealed class RestoreRateLimit(TimeProvider time)
{
    private const int AtOnceMax = 10;
    private static readonly TimeSpan Each = TimeSpan.FromSeconds(1);

    // The last ones, the oldest first; no more than may be done at once.
    private readonly Queue<long> _repairs = new();

    /// <summary>How long to wait before the next one; zero for not at all.</summary>
    public TimeSpan Pause
    {
        get
        {
            if (_repairs.Count < AtOnceMax)
            {
                return TimeSpan.Zero;
            }

            var left = (AtOnceMax * Each) - time.GetElapsedTime(_repairs.Peek());
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void Note()
    {
        if (_repairs.Count == AtOnceMax)
        {
            _repairs.Dequeue();
        }

        _repairs.Enqueue(time.GetTimestamp());
    }
}
