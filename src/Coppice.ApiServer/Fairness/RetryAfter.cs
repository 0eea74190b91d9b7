namespace Coppice.ApiServer.Fairness;

/// <summary>
/// When those who are refused should come back: the more are refused, the later, as TCP does it. Doubles while many are refused, and
/// goes down one by one. Not thread-safe.
/// </summary>
internal sealed class RetryAfter
{
    /// <summary>Kubernetes' limit.</summary>
    public const int LongestSeconds = 32;

    // Refusals of the last seconds, by second.
    private readonly (long Second, int Count)[] _refused = new (long, int)[LongestSeconds + 1];
    private long _second = long.MinValue;
    private long _raisedAt = long.MinValue / 2;

    public int Seconds { get; private set; } = 1;

    /// <summary>Somebody is refused.</summary>
    /// <param name="second">Now, in whole seconds of any clock that goes on.</param>
    public void Note(long second)
    {
        if (second != _second)
        {
            _second = second;
            Adjust();
        }

        ref var slot = ref _refused[second % _refused.Length];
        slot = (second, slot.Second == second ? slot.Count + 1 : 1);
    }

    private void Adjust()
    {
        var recent = _refused.Where(one => one.Count > 0 && one.Second < _second && _second - one.Second <= Seconds).Sum(one => one.Count);
        if (_second - _raisedAt >= Seconds && recent >= 3 * Seconds)
        {
            Seconds = Math.Min(2 * Seconds, LongestSeconds);
            _raisedAt = _second;
        }
        else if (recent < Seconds && Seconds > 1)
        {
            Seconds--;
        }
    }
}
