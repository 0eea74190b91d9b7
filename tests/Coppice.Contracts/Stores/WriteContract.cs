using Coppice.Store;

namespace Coppice.Contracts.Stores;

public abstract class WriteContract<TKind> : StoreContract<TKind>
    where TKind : IStoreUnderTest, new()
{
    [Fact]
    public async Task A_new_store_is_at_revision_zero_and_empty()
    {
        Assert.Equal(Revision.None, Store.Current);
        Assert.Equal(Revision.None, Store.Compacted);
        Assert.Null(await Store.GetAsync("pods/a", Stop));
        var range = await Store.RangeAsync(new RangeQuery(""), Stop);
        Assert.Empty(range.Entries);
        Assert.Equal(Revision.None, range.At);
    }

    [Fact]
    public async Task Each_write_takes_the_next_revision_whatever_its_key()
    {
        Assert.Equal(Rev(1), (await CreateAsync("pods/a")).Modified);
        Assert.Equal(Rev(2), (await CreateAsync("nodes/n")).Modified);
        var updated = await UpdateAsync("pods/a", 1, "w");
        Assert.Equal((Rev(1), Rev(3), "w"), (updated.Created, updated.Modified, Text(updated)));
        Assert.Equal(Rev(3), Store.Current);
        Assert.Equal(updated, await Store.GetAsync("pods/a", Stop));
    }

    [Fact]
    public async Task A_refused_write_takes_no_revision_and_shows_what_stands_there()
    {
        await CreateAsync("pods/a", "first");
        Assert.Equal("first", Text(await ConflictAsync(new StoreWrite.Create("pods/a", Value("second")))));
        Assert.Equal(Rev(1), (await ConflictAsync(new StoreWrite.Update("pods/a", Value("second"), Rev(7))))!.Modified);
        Assert.Equal(Rev(1), (await ConflictAsync(new StoreWrite.Delete("pods/a", Rev(7))))!.Modified);
        Assert.Equal(Rev(1), Store.Current);
        Assert.Equal("first", Text(await Store.GetAsync("pods/a", Stop)));
    }

    [Fact]
    public async Task Updating_or_deleting_what_is_absent_conflicts_with_nothing()
    {
        Assert.Null(await ConflictAsync(new StoreWrite.Update("pods/a", Value("v"), Revision.None)));
        Assert.Null(await ConflictAsync(new StoreWrite.Delete("pods/a", null)));
        Assert.Null(await ConflictAsync(new StoreWrite.Delete("pods/a", Rev(1))));
        Assert.Equal(Revision.None, Store.Current);
    }

    [Fact]
    public async Task A_deletion_gives_the_last_value_at_its_own_revision()
    {
        await CreateAsync("pods/a", "first");
        await UpdateAsync("pods/a", 1, "last");
        var outcome = await Store.WriteAsync(new StoreWrite.Delete("pods/a", Rev(2)), Stop);
        var gone = Assert.IsType<WriteOutcome.Written>(outcome).Entry;
        Assert.Equal((Rev(1), Rev(3), "last"), (gone.Created, gone.Modified, Text(gone)));
        Assert.Null(await Store.GetAsync("pods/a", Stop));
    }

    [Fact]
    public async Task A_key_made_again_after_its_deletion_is_a_new_one()
    {
        await CreateAsync("pods/a", "old");
        await DeleteAsync("pods/a");
        var again = await CreateAsync("pods/a", "new");
        Assert.Equal((Rev(3), Rev(3)), (again.Created, again.Modified));
        Assert.Equal(Rev(3), (await ConflictAsync(new StoreWrite.Update("pods/a", Value("x"), Rev(1))))!.Modified);
    }

    [Fact]
    public async Task Of_many_writers_expecting_the_same_version_one_wins()
    {
        await CreateAsync("pods/a");
        var writes = Enumerable.Range(0, 32)
            .Select(i => Store.WriteAsync(new StoreWrite.Update("pods/a", Value($"w{i}"), Rev(1)), Stop).AsTask());
        var outcomes = await Task.WhenAll(writes);
        var winner = Assert.Single(outcomes.OfType<WriteOutcome.Written>()).Entry;
        Assert.All(outcomes.OfType<WriteOutcome.Conflict>(), conflict => Assert.Equal(winner, conflict.Current));
        Assert.Equal(Rev(2), Store.Current);
    }

    [Fact]
    public async Task The_very_value_that_was_written_reaches_every_reader()
    {
        var value = Value("v");
        value.Companion = new object();
        using var watch = Store.Watch("pods/", Revision.None);
        await Store.WriteAsync(new StoreWrite.Create("pods/a", value), Stop);
        Assert.Same(value, (await Store.GetAsync("pods/a", Stop))!.Value);
        Assert.Same(value, (await Store.RangeAsync(new RangeQuery("pods/"), Stop)).Entries[0].Value);
        Assert.Same(value, (await TakeAsync(watch, 1))[0].Entry.Value);
        Assert.Same(value.Companion, (await DeleteAsync("pods/a")).Value.Companion);
    }

    [Fact]
    public async Task A_key_must_not_be_empty()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.WriteAsync(new StoreWrite.Create("", Value("v")), Stop).AsTask());
        Assert.Equal(Revision.None, Store.Current);
    }

    [Fact]
    public async Task A_write_whose_caller_has_gone_already_does_not_happen()
    {
        var gone = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.WriteAsync(new StoreWrite.Create("pods/a", Value("v")), gone).AsTask());
        Assert.Null(await Store.GetAsync("pods/a", Stop));
    }

    [Fact]
    public async Task A_disposed_store_refuses_every_call_and_ends_every_wait()
    {
        await CreateAsync("pods/a");
        var narrow = Store.Watch("pods/", Rev(1)).NextAsync(Stop).AsTask();
        var wide = Store.Watch("", Rev(1)).NextAsync(Stop).AsTask();
        await Store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => narrow);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => wide);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Store.GetAsync("pods/a", Stop).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Store.RangeAsync(new RangeQuery(""), Stop).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => CreateAsync("pods/b"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Store.CompactAsync(Rev(1), Stop).AsTask());
        Assert.Throws<ObjectDisposedException>(() => Store.Watch("", Rev(1)));
        await Store.DisposeAsync();
    }
}
