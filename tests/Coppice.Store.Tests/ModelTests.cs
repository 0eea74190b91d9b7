using Coppice.Store.InMemory;

namespace Coppice.Store.Tests;

/// <summary>Random walks over a store, compared at every step with the naive one. A failure names the seed that replays it.</summary>
public sealed class ModelTests : IDisposable
{
    private static readonly string[] Keys = ["a", "a/1", "a/2", "a/2/x", "a-b/1", "b/1", "b/1/2", "b/2", "c", "c/3"];
    private static readonly string[] Prefixes = ["", "a", "a/", "a/2", "b/", "b/1/", "c/", "d/"];

    // Each value has the term of its last digit, so that keys come to have one, lose it and have it again.
    private static readonly StoreIndex ByDigit = new(bytes => DigitOf(bytes));

    private readonly TemporaryDirectory _data = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task The_store_in_memory_does_what_the_model_does(int seed) =>
        await WalkAsync(new Random(seed), 600, new InMemoryRevisionStore(), reopen: null);

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task The_store_on_disk_does_what_the_model_does_through_restarts(int seed) =>
        await WalkAsync(new Random(seed), 300, await _data.OpenAsync(), async () => await _data.OpenAsync());

    private static async Task WalkAsync(Random random, int steps, IRevisionStore store, Func<Task<IRevisionStore>>? reopen)
    {
        var model = new NaiveStore();
        for (var step = 0; step < steps; step++)
        {
            switch (random.Next(20))
            {
                case 0 when model.Current > 0:
                    var upTo = random.NextInt64(model.Current + 1);
                    await store.CompactAsync(new Revision(upTo), Stop);
                    model.Compact(upTo);
                    break;
                case 1 when reopen is not null:
                    await store.DisposeAsync();
                    store = await reopen();
                    break;
                case < 5:
                    await CompareRangeAsync(random, store, model);
                    break;
                case < 8:
                    await CompareWatchAsync(random, store, model);
                    break;
                default:
                    var write = RandomWrite(random, model, step);
                    Assert.Equal(Show(model.Write(write)), Show(await store.WriteAsync(write, Stop)));
                    break;
            }

            Assert.Equal((model.Current, model.Compacted), (store.Current.Value, store.Compacted.Value));
        }

        await store.DisposeAsync();
    }

    private static StoreWrite RandomWrite(Random random, NaiveStore model, int step)
    {
        var key = Keys[random.Next(Keys.Length)];
        var now = model.Get(key);
        var expected = random.Next(4) == 0 ? new Revision(random.NextInt64(model.Current + 2)) : now?.Modified ?? Revision.None;
        return random.Next(5) switch
        {
            0 or 1 => new StoreWrite.Create(key, StoreShorthand.Value($"{step}")),
            2 or 3 => new StoreWrite.Update(key, StoreShorthand.Value($"{step}"), expected),
            _ => new StoreWrite.Delete(key, random.Next(2) == 0 ? null : expected),
        };
    }

    private static async Task CompareRangeAsync(Random random, IRevisionStore store, NaiveStore model)
    {
        var at = random.NextInt64(model.Current + 2);
        var query = new RangeQuery(
            Prefixes[random.Next(Prefixes.Length)], random.Next(2) == 0 ? null : Keys[random.Next(Keys.Length)], random.Next(4), new(at));
        query = query with { Only = RandomTerm(random, query.Prefix) };
        if (at < model.Compacted || at > model.Current)
        {
            var refusal = await Record.ExceptionAsync(() => store.RangeAsync(query, Stop).AsTask());
            Assert.IsType(at < model.Compacted ? typeof(CompactedException) : typeof(FutureRevisionException), refusal);
            return;
        }

        var all = model.At(at).Values.Where(e => e.Key.StartsWith(query.Prefix, StringComparison.Ordinal)
            && (query.After is null || string.CompareOrdinal(e.Key, query.After) > 0)
            && Has(e, query.Only)).ToList();
        var expected = query.Limit == 0 ? all : all.Take(query.Limit).ToList();
        var range = await store.RangeAsync(query, Stop);
        Assert.Equal(expected.Select(StoreShorthand.Show), range.Entries.Select(StoreShorthand.Show));
        Assert.Equal((at, all.Count - expected.Count), (range.At.Value, range.Remaining));
    }

    private static async Task CompareWatchAsync(Random random, IRevisionStore store, NaiveStore model)
    {
        var prefix = Prefixes[random.Next(Prefixes.Length)];
        var only = RandomTerm(random, prefix);
        var after = random.NextInt64(model.Current + 1);
        if (after < model.Compacted)
        {
            Assert.Throws<CompactedException>(() => store.Watch(prefix, new(after), only));
            return;
        }

        using var watch = store.Watch(prefix, new(after), only);
        var expected = model.After(prefix, after).Where(e => Has(e.Entry, only) || (e.Previous is { } previous && Has(previous, only))).ToList();
        if (expected.Count > 0)
        {
            Assert.Equal(expected.Select(StoreShorthand.Show), (await watch.NextAsync(Stop)).Select(StoreShorthand.Show));
        }
        else
        {
            Assert.False(watch.NextAsync(Stop).IsCompleted);
        }

        Assert.Equal(store.Current, watch.Progress);
    }

    private static StoreTerm? RandomTerm(Random random, string prefix) =>
        prefix.Contains('/') && random.Next(2) == 0 ? new(ByDigit, $"{random.Next(4)}") : null;

    private static bool Has(StoreEntry entry, StoreTerm? only) => only is not { } term || DigitOf(entry.Value.Bytes) == term.Value;

    private static string DigitOf(ReadOnlyMemory<byte> value) => $"{(char)('0' + ((value.Span[^1] - '0') % 4))}";

    private static string Show(WriteOutcome outcome) => outcome switch
    {
        WriteOutcome.Written written => $"written {StoreShorthand.Show(written.Entry)}",
        WriteOutcome.Conflict { Current: { } current } => $"conflict with {StoreShorthand.Show(current)}",
        _ => "conflict with nothing",
    };
}
