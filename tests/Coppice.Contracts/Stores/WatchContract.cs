using Coppice.Store;

namespace Coppice.Contracts.Stores;

public abstract class WatchContract<TKind> : StoreContract<TKind>
    where TKind : IStoreUnderTest, new()
{
    [Fact]
    public async Task A_watch_gives_what_came_after_its_revision_with_the_version_before()
    {
        await CreateAsync("pods/a", "1");
        await UpdateAsync("pods/a", 1, "2");
        await CreateAsync("nodes/n");
        await DeleteAsync("pods/a");
        await CreateAsync("pods/a", "3");
        using var watch = Store.Watch("pods/", Rev(1));
        var events = await TakeAsync(watch, 3);
        Assert.Equal("put:pods/a@2 delete:pods/a@4 put:pods/a@5", Show(events));
        Assert.Equal(["1", "2"], events.Take(2).Select(e => Text(e.Previous)));
        Assert.Equal([Rev(1), Rev(2)], events.Take(2).Select(e => e.Previous!.Modified));
        Assert.Equal("2", Text(events[1].Entry));
        Assert.Null(events[2].Previous);
    }

    [Fact]
    public async Task A_watch_that_waits_is_woken_by_a_write_below_its_prefix_only()
    {
        using var pods = Store.Watch("pods/default/", Store.Current);
        using var all = Store.Watch("", Store.Current);
        var next = pods.NextAsync(Stop).AsTask();
        await CreateAsync("nodes/n");
        await CreateAsync("pods/other/a");
        Assert.Equal("put:nodes/n@1 put:pods/other/a@2", Show(await TakeAsync(all, 2)));
        Assert.False(next.IsCompleted);
        await CreateAsync("pods/default/a");
        Assert.Equal("put:pods/default/a@3", Show(await next));
        Assert.Equal("put:pods/default/a@3", Show(await TakeAsync(all, 1)));
    }

    [Fact]
    public async Task A_watch_for_a_term_is_woken_by_what_has_it_or_had_it_only()
    {
        var index = new StoreIndex(bytes => System.Text.Encoding.UTF8.GetString(bytes.Span));
        await CreateAsync("pods/before", "here");
        using var watch = Store.Watch("pods/", Store.Current, new(index, "here"));
        var next = watch.NextAsync(Stop).AsTask();
        await CreateAsync("pods/a", "nowhere");
        await CreateAsync("nodes/here", "here");
        Assert.False(next.IsCompleted);
        Assert.Equal(Rev(3), watch.Progress);
        await UpdateAsync("pods/a", 2, "here");
        Assert.Equal("put:pods/a@4", Show(await next));
        next = watch.NextAsync(Stop).AsTask();
        await CreateAsync("pods/b", "there");
        await UpdateAsync("pods/a", 4, "there");
        Assert.Equal("put:pods/a@6", Show(await next));
        await DeleteAsync("pods/a");
        await DeleteAsync("pods/before");
        Assert.Equal("delete:pods/before@8", Show(await TakeAsync(watch, 1)));
    }

    [Fact]
    public async Task What_has_a_term_is_asked_for_below_one_segment_only() =>
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await Store.RangeAsync(new RangeQuery("", Only: new(new StoreIndex(_ => ""), "")), Stop));

    [Fact]
    public async Task Progress_follows_the_store_although_the_prefix_is_quiet()
    {
        using var watch = Store.Watch("pods/", Revision.None);
        var next = watch.NextAsync(Stop).AsTask();
        await CreateAsync("nodes/n");
        Assert.Equal(Rev(1), watch.Progress);
        await CreateAsync("pods/a");
        await next;
        Assert.Equal(Rev(2), watch.Progress);
        await CreateAsync("pods/b");
        await CreateAsync("nodes/m");
        Assert.Equal(Rev(2), watch.Progress);
        await TakeAsync(watch, 1);
        Assert.Equal(Rev(4), watch.Progress);
    }

    [Fact]
    public async Task Whoever_does_not_wait_takes_what_there_is()
    {
        using var watch = Store.Watch("pods/", Revision.None);
        Assert.Empty(watch.Take());
        await CreateAsync("pods/a", "1");
        await CreateAsync("nodes/n");
        Assert.Equal("put:pods/a@1", Show(watch.Take()));
        Assert.Empty(watch.Take());
        Assert.Equal(Rev(2), watch.Progress);
        await DeleteAsync("pods/a");
        Assert.Equal("delete:pods/a@3", Show(watch.Take()));
    }

    [Fact]
    public async Task It_is_known_without_a_look_that_nothing_new_lies_below_the_prefix()
    {
        await CreateAsync("pods/a", "1");
        using var watch = Store.Watch("pods/", Rev(1));
        using var all = Store.Watch("", Rev(1));
        await CreateAsync("nodes/n");
        Assert.True(watch.Newest <= watch.Progress);
        Assert.Equal(Rev(2), all.Newest);
        await CreateAsync("pods/b", "1");
        Assert.Equal(Rev(3), watch.Newest);
        Assert.True(watch.Newest > watch.Progress);
        await TakeAsync(watch, 1);
        Assert.True(watch.Newest <= watch.Progress);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_leaves_the_watch_as_it_was()
    {
        using var watch = Store.Watch("pods/", Revision.None);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var next = watch.NextAsync(patience.Token).AsTask();
        await CreateAsync("nodes/n");
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        Assert.Equal(Rev(1), watch.Progress);
        await CreateAsync("pods/a");
        Assert.Equal("put:pods/a@2", Show(await watch.NextAsync(Stop)));
    }

    [Fact]
    public async Task A_long_history_comes_in_batches_of_bounded_size()
    {
        await Task.WhenAll(Enumerable.Range(0, 2500).Select(i => CreateAsync($"pods/{i}")));
        using var watch = Store.Watch("pods/", Revision.None);
        var sizes = new List<int>();
        long expected = 1;
        while (watch.Progress < Store.Current)
        {
            var batch = await watch.NextAsync(Stop);
            sizes.Add(batch.Count);
            Assert.All(batch, e => Assert.Equal(expected++, e.Entry.Modified.Value));
        }

        Assert.All(sizes, size => Assert.InRange(size, 1, 1000));
        Assert.Equal(2500, sizes.Sum());
    }

    [Fact]
    public async Task Watches_miss_and_repeat_nothing_while_many_write()
    {
        const int Writers = 8, WritesEach = 200;
        string[] prefixes = ["pods/", "nodes/", "", "pods/1/"];
        var watches = prefixes.Select(prefix => Store.Watch(prefix, Revision.None)).ToList();
        var reading = watches.Select(watch => Task.Run(() => ReadTo(watch, Writers * WritesEach), Stop)).ToList();
        var writing = Enumerable.Range(0, Writers).Select(w => Task.Run(() => WriteAll(w), Stop));
        await Task.WhenAll(writing);
        await CreateAsync("pods/1/last");
        await CreateAsync("nodes/last");
        var seen = await Task.WhenAll(reading);
        var all = Known(2).ToList();
        Assert.Equal(Enumerable.Range(1, Writers * WritesEach).Select(i => (long)i), all.Select(e => e.Entry.Modified.Value));
        for (var i = 0; i < prefixes.Length; i++)
        {
            var expected = all.Where(e => e.Entry.Key.StartsWith(prefixes[i], StringComparison.Ordinal)).Select(Show);
            Assert.Equal(expected, Known(i).Select(Show));
            watches[i].Dispose();
        }

        // The two last writes only see to it that every reader gets as far as this; some saw them too.
        IEnumerable<StoreEvent> Known(int i) => seen[i].Where(e => e.Entry.Modified <= Rev(Writers * WritesEach));

        async Task WriteAll(int writer)
        {
            for (var i = 0; i < WritesEach; i++)
            {
                await CreateAsync($"{(i % 2 == 0 ? "pods" : "nodes")}/{writer}/{i}");
            }
        }

        async Task<List<StoreEvent>> ReadTo(IStoreWatch watch, long last)
        {
            var events = new List<StoreEvent>();
            while (watch.Progress < Rev(last))
            {
                events.AddRange(await watch.NextAsync(Stop));
            }

            return events;
        }
    }

    [Fact]
    public async Task A_watch_may_start_ahead_of_the_store()
    {
        using var watch = Store.Watch("pods/", Rev(2));
        var next = watch.NextAsync(Stop).AsTask();
        await CreateAsync("pods/a");
        await CreateAsync("pods/b");
        await CreateAsync("pods/c");
        Assert.Equal("put:pods/c@3", Show(await next));
    }

    [Fact]
    public async Task Disposing_a_watch_ends_its_wait_and_leaves_others_alone()
    {
        var watch = Store.Watch("pods/", Revision.None);
        using var other = Store.Watch("pods/", Revision.None);
        var next = watch.NextAsync(Stop).AsTask();
        watch.Dispose();
        watch.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => next);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => watch.NextAsync(Stop).AsTask());
        await CreateAsync("pods/a");
        Assert.Equal("put:pods/a@1", Show(await other.NextAsync(Stop)));
    }

    [Fact]
    public async Task A_watch_has_one_reader_at_a_time()
    {
        using var watch = Store.Watch("pods/", Revision.None);
        var next = watch.NextAsync(Stop).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => watch.NextAsync(Stop).AsTask());
        await CreateAsync("pods/a");
        Assert.Equal("put:pods/a@1", Show(await next));
    }
}
