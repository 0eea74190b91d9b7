using Coppice.Store;

namespace Coppice.Contracts.Stores;

public abstract class CompactionContract<TKind> : StoreContract<TKind>
    where TKind : IStoreUnderTest, new()
{
    [Fact]
    public async Task Compaction_forgets_history_but_nothing_that_lives()
    {
        await CreateAsync("pods/a", "1");
        await UpdateAsync("pods/a", 1, "2");
        await UpdateAsync("pods/a", 2, "3");
        await CreateAsync("pods/b");
        await DeleteAsync("pods/b");
        await CreateAsync("pods/c");
        await Store.CompactAsync(Rev(2), Stop);
        Assert.Equal(Rev(2), Store.Compacted);
        Assert.Equal(Rev(6), Store.Current);
        Assert.Equal("2", Text((await Store.RangeAsync(new RangeQuery("pods/", At: Rev(2)), Stop)).Entries.Single()));
        Assert.Equal("pods/a pods/b", await KeysAsync("pods/", 4));
        await Store.CompactAsync(Rev(6), Stop);
        Assert.Equal("pods/a pods/c", await KeysAsync("pods/"));
        Assert.Equal((Rev(1), Rev(3)), ((await Store.GetAsync("pods/a", Stop))!.Created, (await Store.GetAsync("pods/a", Stop))!.Modified));
        Assert.Equal(Rev(7), (await CreateAsync("pods/b")).Created);
    }

    [Fact]
    public async Task Reads_and_watches_below_the_compacted_revision_are_refused()
    {
        await CreateAsync("pods/a");
        await UpdateAsync("pods/a", 1);
        await UpdateAsync("pods/a", 2);
        await Store.CompactAsync(Rev(2), Stop);
        var refusal = await Assert.ThrowsAsync<CompactedException>(
            () => Store.RangeAsync(new RangeQuery("pods/", At: Rev(1)), Stop).AsTask());
        Assert.Equal((Rev(1), Rev(2)), (refusal.Asked, refusal.Compacted));
        Assert.Throws<CompactedException>(() => Store.Watch("pods/", Rev(1)));
        using var watch = Store.Watch("pods/", Rev(2));
        var change = Assert.Single(await watch.NextAsync(Stop));
        Assert.Equal(("put:pods/a@3", Rev(2)), (Show(change), change.Previous!.Modified));
    }

    [Fact]
    public async Task Compaction_goes_forward_only_and_not_beyond_the_newest_write()
    {
        await CreateAsync("pods/a");
        await CreateAsync("pods/b");
        await Store.CompactAsync(Rev(2), Stop);
        await Store.CompactAsync(Rev(1), Stop);
        Assert.Equal(Rev(2), Store.Compacted);
        await Assert.ThrowsAsync<FutureRevisionException>(() => Store.CompactAsync(Rev(3), Stop).AsTask());
        Assert.Equal(Rev(2), Store.Compacted);
    }

    [Fact]
    public async Task A_reader_whose_place_was_compacted_away_is_told_so()
    {
        await CreateAsync("pods/a");
        using var watch = Store.Watch("pods/", Revision.None);
        await watch.NextAsync(Stop);
        await UpdateAsync("pods/a", 1);
        await UpdateAsync("pods/a", 2);
        await Store.CompactAsync(Rev(3), Stop);
        var refusal = await Assert.ThrowsAsync<CompactedException>(() => watch.NextAsync(Stop).AsTask());
        Assert.Equal((Rev(1), Rev(3)), (refusal.Asked, refusal.Compacted));
    }

    [Fact]
    public async Task A_reader_that_waits_on_a_quiet_prefix_is_not_hurt_by_compaction()
    {
        using var watch = Store.Watch("pods/", Revision.None);
        var next = watch.NextAsync(Stop).AsTask();
        await CreateAsync("nodes/a");
        await CreateAsync("nodes/b");
        await Store.CompactAsync(Rev(2), Stop);
        await CreateAsync("pods/a");
        Assert.Equal("put:pods/a@3", Show(await next));
    }

    [Fact]
    public async Task Deleted_keys_leave_nothing_behind_once_compacted()
    {
        await CreateAsync("pods/a");
        await DeleteAsync("pods/a");
        await CreateAsync("pods/a");
        await DeleteAsync("pods/a");
        await Store.CompactAsync(Rev(3), Stop);
        Assert.Equal("pods/a", await KeysAsync("pods/", 3));
        Assert.Equal("", await KeysAsync("pods/", 4));
        await Store.CompactAsync(Rev(4), Stop);
        Assert.Equal("", await KeysAsync("pods/", 4));
        Assert.Null(await ConflictAsync(new StoreWrite.Delete("pods/a", null)));
    }
}
