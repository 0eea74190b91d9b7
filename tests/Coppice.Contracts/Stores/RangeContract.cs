using Coppice.Store;

namespace Coppice.Contracts.Stores;

public abstract class RangeContract<TKind> : StoreContract<TKind>
    where TKind : IStoreUnderTest, new()
{
    [Fact]
    public async Task A_range_is_in_ordinal_key_order_and_stays_below_its_prefix()
    {
        foreach (var key in new[] { "pods/b", "pods/a/2", "pods-x/z", "pods", "pods/B", "nodes/n", "pods/a/10", "podt/a" })
        {
            await CreateAsync(key);
        }

        Assert.Equal("pods/B pods/a/10 pods/a/2 pods/b", await KeysAsync("pods/"));
        Assert.Equal("pods/a/10 pods/a/2", await KeysAsync("pods/a/"));
        Assert.Equal("nodes/n pods pods-x/z pods/B pods/a/10 pods/a/2 pods/b podt/a", await KeysAsync(""));
        Assert.Equal("pods pods-x/z pods/B pods/a/10 pods/a/2 pods/b", await KeysAsync("pods"));
        Assert.Equal("", await KeysAsync("pods/c"));
    }

    [Fact]
    public async Task A_range_at_a_revision_is_what_was_there_then()
    {
        await CreateAsync("pods/a", "a1");
        await CreateAsync("pods/b", "b1");
        await UpdateAsync("pods/a", 1, "a2");
        await DeleteAsync("pods/b");
        await CreateAsync("pods/b", "b2");
        string[] expected = ["", "a1", "a1 b1", "a2 b1", "a2", "a2 b2"];
        for (var at = 0; at < expected.Length; at++)
        {
            var range = await Store.RangeAsync(new RangeQuery("pods/", At: Rev(at)), Stop);
            Assert.Equal(expected[at], string.Join(' ', range.Entries.Select(Text)));
            Assert.Equal(Rev(at), range.At);
        }
    }

    [Fact]
    public async Task A_range_for_a_term_is_what_had_it_at_the_revision()
    {
        var here = new StoreTerm(new StoreIndex(bytes => System.Text.Encoding.UTF8.GetString(bytes.Span)), "here");
        await CreateAsync("pods/a", "here");
        await CreateAsync("pods/b", "there");
        await CreateAsync("pods/c", "here");
        await UpdateAsync("pods/b", 2, "here");
        await UpdateAsync("pods/a", 1, "there");
        await DeleteAsync("pods/c");
        await CreateAsync("pods/c", "there");
        string[] expected = ["", "a", "a", "a c", "a b c", "b c", "b", "b"];
        for (var at = 0; at < expected.Length; at++)
        {
            var range = await Store.RangeAsync(new RangeQuery("pods/", At: Rev(at), Only: here), Stop);
            Assert.Equal(expected[at], string.Join(' ', range.Entries.Select(entry => entry.Key["pods/".Length..])));
        }

        var first = await Store.RangeAsync(new RangeQuery("pods/", At: Rev(4), Limit: 1, Only: here), Stop);
        Assert.Equal(("pods/a", 2L), (first.Entries.Single().Key, first.Remaining));

        // What nobody can ask for any more is forgotten there too.
        await Store.CompactAsync(Store.Current, Stop);
        Assert.Equal("pods/b", (await Store.RangeAsync(new RangeQuery("pods/", Only: here), Stop)).Entries.Single().Key);
    }

    [Fact]
    public async Task A_revision_of_the_future_is_refused()
    {
        await CreateAsync("pods/a");
        var refusal = await Assert.ThrowsAsync<FutureRevisionException>(
            () => Store.RangeAsync(new RangeQuery("pods/", At: Rev(2)), Stop).AsTask());
        Assert.Equal((Rev(2), Rev(1)), (refusal.Asked, refusal.Current));
    }

    [Fact]
    public async Task Pages_at_one_revision_fit_together_while_writes_go_on()
    {
        for (var i = 0; i < 10; i++)
        {
            await CreateAsync($"pods/{i}");
        }

        var first = await Store.RangeAsync(new RangeQuery("pods/", Limit: 4), Stop);
        Assert.Equal((Rev(10), 6L), (first.At, first.Remaining));
        await DeleteAsync("pods/5");
        await CreateAsync("pods/45");
        await UpdateAsync("pods/9", 10, "changed");
        var second = await Store.RangeAsync(new RangeQuery("pods/", first.Entries[^1].Key, 4, first.At), Stop);
        Assert.Equal(("pods/4 pods/5 pods/6 pods/7", 2L), (string.Join(' ', second.Entries.Select(e => e.Key)), second.Remaining));
        var third = await Store.RangeAsync(new RangeQuery("pods/", second.Entries[^1].Key, 4, first.At), Stop);
        Assert.Equal(("pods/8 pods/9", 0L), (string.Join(' ', third.Entries.Select(e => e.Key)), third.Remaining));
        Assert.Equal("v", Text(third.Entries[1]));
    }

    [Fact]
    public async Task Paging_may_start_at_a_key_that_is_gone_or_outside_the_prefix()
    {
        await CreateAsync("a/1");
        await CreateAsync("b/1");
        await CreateAsync("b/3");
        Assert.Equal(["b/3"], await After("b/2"));
        Assert.Equal(["b/1", "b/3"], await After("a/9"));
        Assert.Equal([], await After("c"));

        async Task<IEnumerable<string>> After(string key) =>
            (await Store.RangeAsync(new RangeQuery("b/", key), Stop)).Entries.Select(e => e.Key);
    }

    [Fact]
    public async Task Thousands_of_keys_in_any_order_of_arrival_are_listed_in_order()
    {
        var keys = Enumerable.Range(0, 3000).Select(i => $"pods/{i * 7919 % 3000:d4}").ToList();
        await Task.WhenAll(keys.Select(key => CreateAsync(key)));
        foreach (var key in keys.Where((_, i) => i % 3 == 0))
        {
            await DeleteAsync(key);
        }

        var left = keys.Where((_, i) => i % 3 != 0).Order(StringComparer.Ordinal);
        Assert.Equal(left, (await Store.RangeAsync(new RangeQuery("pods/"), Stop)).Entries.Select(e => e.Key));
    }

    [Fact]
    public async Task What_lies_beyond_the_limit_is_counted_as_it_was_at_the_revision_of_the_first_page()
    {
        const int Count = 2_000;
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => CreateAsync($"pods/{(i % 2 == 0 ? "a" : "b")}/{i:d5}")));
        await DeleteAsync("pods/a/00600");
        await DeleteAsync("pods/b/01999");
        var first = await Store.RangeAsync(new RangeQuery("pods/", Limit: 10), Stop);
        Assert.Equal(Count - 12, first.Remaining);

        await DeleteAsync("pods/b/01001");
        await CreateAsync("pods/a/00600");
        await CreateAsync("pods/c/0");
        var second = await Store.RangeAsync(new RangeQuery("pods/", After: first.Entries[^1].Key, Limit: 10, At: first.At), Stop);
        Assert.Equal(Count - 22, second.Remaining);
        Assert.Equal(Count - 11, (await Store.RangeAsync(new RangeQuery("pods/", Limit: 10), Stop)).Remaining);
        Assert.Equal((Count / 2) - 10, (await Store.RangeAsync(new RangeQuery("pods/a/", Limit: 10), Stop)).Remaining);
        Assert.Equal((Count / 2) - 12, (await Store.RangeAsync(new RangeQuery("pods/b/", Limit: 10), Stop)).Remaining);
    }
}
