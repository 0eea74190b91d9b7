namespace Coppice.Node.Stats;

/// <summary>How much processor cgroups use at the moment: the growth of their counters between two looks. For any thread.</summary>
public sealed class CpuRates(TimeProvider time)
{
    /// <summary>The shortest time between two looks that says anything; sooner, the last rate stands.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Look> _looks = new(StringComparer.Ordinal);

    /// <summary>Thousand-millionths of a processor; null at the first look, and where nothing is counted.</summary>
    public long? Next(string cgroup, long? cpuNanoseconds)
    {
        lock (_lock)
        {
            if (cpuNanoseconds is not { } now)
            {
                return null;
            }

            var at = time.GetTimestamp();
            if (!_looks.TryGetValue(cgroup, out var last) || now < last.CpuNanoseconds)
            {
                _looks[cgroup] = new Look(at, now, null);
                return null;
            }

            var elapsed = time.GetElapsedTime(last.At, at);
            if (elapsed < Shortest)
            {
                return last.Rate;
            }

            var rate = (long)((now - last.CpuNanoseconds) / elapsed.TotalSeconds);
            _looks[cgroup] = new Look(at, now, rate);
            return rate;
        }
    }

    /// <summary>Forgets all but these.</summary>
    public void Keep(IReadOnlySet<string> cgroups)
    {
        lock (_lock)
        {
            foreach (var gone in _looks.Keys.Where(one => !cgroups.Contains(one)).ToList())
            {
                _looks.Remove(gone);
            }
        }
    }

    private readonly record struct Look(long At, long CpuNanoseconds, long? Rate);
}
