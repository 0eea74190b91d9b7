using System.Collections.Concurrent;

namespace Coppice.Client.Metrics;

/// <summary>How often each of some things happened. Whoever names them sees to it that they are few. Any thread may add and read.</summary>
public sealed class Counts<TKey>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Count> _counts = new();

    /// <summary>As it is now, in the order of names.</summary>
    public IEnumerable<(TKey Key, long Count)> All =>
        _counts.OrderBy(one => one.Key.ToString(), StringComparer.Ordinal).Select(one => (one.Key, one.Value.Value));

    /// <summary>For who counts the same again and again.</summary>
    public Count this[TKey key] => _counts.GetOrAdd(key, _ => new());

    public void Add(TKey key) => this[key].Add();
}

/// <summary>How often something happened. Any thread may add and read.</summary>
public sealed class Count
{
    private long _value;

    public long Value => Volatile.Read(ref _value);

    public void Add() => Interlocked.Increment(ref _value);
}

/// <summary>What was measured of each of some things. Whoever names them sees to it that they are few. Any thread may add and read.</summary>
/// <param name="bounds">Of the buckets.</param>
public sealed class Histograms<TKey>(params double[] bounds)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Histogram> _histograms = new();

    /// <summary>In the order of names.</summary>
    public IEnumerable<(TKey Key, Histogram Histogram)> All =>
        _histograms.OrderBy(one => one.Key.ToString(), StringComparer.Ordinal).Select(one => (one.Key, one.Value));

    public Histogram this[TKey key] => _histograms.GetOrAdd(key, _ => new Histogram(bounds));
}
