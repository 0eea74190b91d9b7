using Coppice.Store.Sqlite;

namespace Coppice.Store.Tests;

public sealed class ForgettingTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task History_is_kept_for_one_span_at_least_and_two_at_most()
    {
        var time = new HandClock();
        await using var store = await _data.OpenAsync(new SqliteStoreOptions { CompactEvery = TimeSpan.FromMinutes(5) }, time);
        await store.CreateAsync("pods/a");
        time.Ring();
        await store.UpdateAsync("pods/a", 1);
        Assert.Equal(Revision.None, store.Compacted);
        time.Ring();
        await store.UpdateAsync("pods/a", 2);
        Assert.Equal(new Revision(1), store.Compacted);
        time.Ring();
        await store.UpdateAsync("pods/a", 3);
        Assert.Equal(new Revision(2), store.Compacted);
        Assert.Equal(TimeSpan.FromMinutes(5), time.Period);
    }

    [Fact]
    public async Task History_that_takes_too_much_memory_is_forgotten_from_its_old_end()
    {
        const int Limit = 1 << 20;
        await using var store = await _data.OpenAsync(new SqliteStoreOptions { HistoryBytes = Limit });
        var value = new string('x', 10_000);
        long revision = await CreateAsync();
        for (var i = 0; i < 300; i++)
        {
            revision = (await store.UpdateAsync("pods/a", revision, value)).Value;
        }

        await store.CreateAsync("pods/b");
        Assert.InRange((store.Current.Value - store.Compacted.Value) * value.Length, Limit / 4, Limit + (10 * value.Length));

        async Task<long> CreateAsync() => (await store.CreateAsync("pods/a", value)).Value;
    }

    [Fact]
    public async Task The_write_ahead_log_stays_bounded()
    {
        const int Limit = 1 << 20;
        await using var store = await _data.OpenAsync(new SqliteStoreOptions { CheckpointBytes = Limit });
        for (var i = 0; i < 40; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(j => store.CreateAsync($"pods/{i}/{j}", new string('x', 20_000))));
        }

        Assert.InRange(new FileInfo(_data.Database + "-wal").Length, 1, 2 * Limit);
        Assert.InRange(new FileInfo(_data.Database).Length, 4 * Limit, long.MaxValue);
    }

    /// <summary>A clock whose only timer rings when it is told to.</summary>
    private sealed class HandClock : TimeProvider
    {
        private Action _ring = () => { };

        public TimeSpan Period { get; private set; }

        public void Ring() => _ring();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Period = period;
            _ring = () => callback(state);
            return new Silent();
        }

        private sealed class Silent : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
