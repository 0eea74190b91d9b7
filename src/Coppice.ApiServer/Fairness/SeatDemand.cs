namespace Coppice.ApiServer.Fairness;

/// <summary>What a level would have needed over a while.</summary>
/// <param name="High">The most seats at any moment.</param>
internal readonly record struct DemandStatistics(double High, double Average, double Deviation);

/// <summary>Measures how many seats are asked for (taken, or waited for), weighted by how long. Not thread-safe.</summary>
internal sealed class SeatDemand(long now)
{
    private long _since = now;
    private long _begin = now;
    private int _seats;
    private double _high;
    private double _sum;
    private double _squares;

    /// <param name="now">A timestamp; no earlier than the last one.</param>
    public void Set(int seats, long now)
    {
        Count(now);
        _seats = seats;
        _high = Math.Max(_high, seats);
    }

    /// <summary>The while up to now; another one begins.</summary>
    public DemandStatistics Take(long now)
    {
        Count(now);
        var span = (double)(now - _begin);
        var average = span > 0 ? _sum / span : _seats;
        var variance = span > 0 ? (_squares / span) - (average * average) : 0;
        var taken = new DemandStatistics(_high, average, Math.Sqrt(Math.Max(0, variance)));
        (_begin, _high, _sum, _squares) = (now, _seats, 0, 0);
        return taken;
    }

    private void Count(long now)
    {
        var span = (double)Math.Max(0, now - _since);
        _sum += _seats * span;
        _squares += (double)_seats * _seats * span;
        _since = now;
    }
}
