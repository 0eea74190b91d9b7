using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Store;
using Coppice.Store.InMemory;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Writes;

/// <summary>Many write one object at once, on a store whose writes take their time, as those to a disk do.</summary>
public sealed class ContentionTests
{
    private const int Writers = 100;

    private static readonly TimeSpan WriteTime = TimeSpan.FromMilliseconds(5);

    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly InProcessClient _api;

    public ContentionTests()
    {
        var verbs = new ApiVerbs(new SlowStore(_loop.Time), ServiceAllocationOptions.Default, null, _loop.Time, new Random(1));
        _api = new InProcessClient(verbs, "test");
        _loop.Await(() => _api.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "default" } }, default).AsTask());
        _loop.Await(() => _api.CreateAsync(new ConfigMap { Metadata = Name }, default).AsTask());
    }

    private static ObjectMeta Name => new() { Name = "a", Namespace = "default" };

    [Fact]
    public void Whoever_names_no_version_is_never_told_of_a_conflict_and_has_its_turn()
    {
        var start = _loop.Time.GetUtcNow();
        var order = new List<int>();
        _loop.Await(() => Task.WhenAll(Enumerable.Range(0, Writers).Select(WriteAsync)));

        Assert.Equal(Enumerable.Range(0, Writers), order);
        Assert.Equal(Writers * WriteTime, _loop.Time.GetUtcNow() - start);

        async Task WriteAsync(int writer)
        {
            await _api.UpdateAsync(new ConfigMap { Metadata = Name, Data = new ValueMap<string>([new("writer", $"{writer}")]) }, default);
            order.Add(writer);
        }
    }

    [Fact]
    public void Of_many_that_name_one_version_the_first_writes_and_all_others_are_told()
    {
        var version = _loop.Await(() => _api.FindAsync<ConfigMap>(new("default", "a"), default).AsTask())!.Metadata.ResourceVersion;
        var answers = _loop.Await(() => Task.WhenAll(Enumerable.Range(0, Writers).Select(WriteAsync)));
        Assert.Equal([true, .. Enumerable.Repeat(false, Writers - 1)], answers);

        async Task<bool> WriteAsync(int writer)
        {
            try
            {
                await _api.UpdateAsync(
                    new ConfigMap { Metadata = Name with { ResourceVersion = version }, Data = new ValueMap<string>([new("writer", $"{writer}")]) }, default);
                return true;
            }
            catch (Client.ApiException e) when (e.IsConflict)
            {
                return false;
            }
        }
    }

    [Fact]
    public void A_deletion_has_its_turn_among_the_writers()
    {
        var left = 0;
        _loop.Await(() => Task.WhenAll([.. Enumerable.Range(0, 10).Select(WriteAsync), _api.DeleteAsync<ConfigMap>(new("default", "a"), null, default).AsTask()]));
        Assert.Equal(10, left);
        Assert.Null(_loop.Await(() => _api.FindAsync<ConfigMap>(new("default", "a"), default).AsTask()));

        async Task WriteAsync(int writer)
        {
            await _api.UpdateAsync(new ConfigMap { Metadata = Name, Data = new ValueMap<string>([new("writer", $"{writer}")]) }, default);
            left++;
        }
    }

    private sealed class SlowStore(TimeProvider time) : IRevisionStore
    {
        private readonly InMemoryRevisionStore _store = new();

        public Revision Current => _store.Current;

        public Revision Compacted => _store.Compacted;

        public ValueTask<StoreEntry?> GetAsync(string key, CancellationToken stop) => _store.GetAsync(key, stop);

        public ValueTask<StoreRange> RangeAsync(RangeQuery query, CancellationToken stop) => _store.RangeAsync(query, stop);

        public async ValueTask<WriteOutcome> WriteAsync(StoreWrite write, CancellationToken stop)
        {
            await Task.Delay(WriteTime, time, stop);
            return await _store.WriteAsync(write, stop);
        }

        public IStoreWatch Watch(string prefix, Revision after, StoreTerm? only = null) => _store.Watch(prefix, after, only);

        public ValueTask CompactAsync(Revision upTo, CancellationToken stop) => _store.CompactAsync(upTo, stop);

        public ValueTask DisposeAsync() => _store.DisposeAsync();
    }
}
