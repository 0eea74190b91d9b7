using Coppice.Store.Sqlite;

namespace Coppice.Store.Tests;

public sealed class RestartTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Entries_history_and_the_counter_survive_a_restart()
    {
        await using (var store = await _data.OpenAsync())
        {
            await WriteSomeAsync(store);
        }

        await using var again = await _data.OpenAsync();
        Assert.Equal((new Revision(6), Revision.None), (again.Current, again.Compacted));
        Assert.Equal("nodes/n=v@3:3 pods/a=2@1:2 pods/b=again@6:6", await again.ShowAsync());
        Assert.Equal("pods/a=2@1:2 pods/b=v@4:4", await again.ShowAsync("pods/", 4));
        using var watch = again.Watch("pods/", new Revision(1));
        Assert.Equal(
            [
                "Put pods/a=2@1:2 after pods/a=1@1:1", "Put pods/b=v@4:4 after nothing", "Delete pods/b=v@4:5 after pods/b=v@4:4",
                "Put pods/b=again@6:6 after nothing",
            ],
            (await watch.NextAsync(Stop)).Select(StoreShorthand.Show));
        Assert.Equal(new Revision(7), await again.CreateAsync("pods/c"));
    }

    [Fact]
    public async Task Compaction_survives_a_restart_even_of_everything()
    {
        await using (var store = await _data.OpenAsync())
        {
            await WriteSomeAsync(store);
            await store.DeleteAsync("pods/b");
            await store.CompactAsync(new Revision(7), Stop);
        }

        await using var again = await _data.OpenAsync();
        Assert.Equal((new Revision(7), new Revision(7)), (again.Current, again.Compacted));
        Assert.Equal("nodes/n=v@3:3 pods/a=2@1:2", await again.ShowAsync());
        Assert.Throws<CompactedException>(() => again.Watch("", new Revision(6)));
        Assert.Equal(new Revision(8), await again.CreateAsync("pods/b"));
    }

    [Fact]
    public async Task What_compaction_forgot_is_gone_from_the_disk()
    {
        await using (var store = await _data.OpenAsync())
        {
            await WriteSomeAsync(store);
            await store.CompactAsync(new Revision(5), Stop);
        }

        await using (await _data.OpenAsync())
        {
            // The rows are deleted in idle moments, at the latest before closing.
        }

        using var file = new SqliteConnection(_data.Database, create: false);
        Assert.Equal(3, file.QueryInteger("SELECT count(*) FROM version"));
    }

    [Fact]
    public async Task Empty_and_large_values_and_any_key_come_back_as_they_were()
    {
        var large = new string('x', 3_000_000);
        await using (var store = await _data.OpenAsync())
        {
            await store.CreateAsync("a/empty", "");
            await store.CreateAsync("a/schöner-名前-🌳", large);
            await Assert.ThrowsAnyAsync<ArgumentException>(() => store.CreateAsync("a/\ud83c"));
        }

        await using var again = await _data.OpenAsync();
        Assert.Equal($"a/empty=@1:1 a/schöner-名前-🌳={large}@2:2", await again.ShowAsync());
    }

    [Fact]
    public async Task Writes_accepted_before_closing_are_written()
    {
        var store = await _data.OpenAsync();
        var writes = Enumerable.Range(0, 500).Select(i => store.CreateAsync($"pods/{i}")).ToList();
        await store.DisposeAsync();
        await Task.WhenAll(writes);
        await using var again = await _data.OpenAsync();
        Assert.Equal(new Revision(500), again.Current);
    }

    private static async Task WriteSomeAsync(IRevisionStore store)
    {
        await store.CreateAsync("pods/a", "1");
        await store.UpdateAsync("pods/a", 1, "2");
        await store.CreateAsync("nodes/n");
        await store.CreateAsync("pods/b");
        await store.DeleteAsync("pods/b");
        await store.CreateAsync("pods/b", "again");
    }
}
