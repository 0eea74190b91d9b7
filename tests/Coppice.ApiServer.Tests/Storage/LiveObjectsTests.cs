using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Store.InMemory;

namespace Coppice.ApiServer.Tests.Storage;

public sealed class LiveObjectsTests : IAsyncDisposable
{
    private static readonly Kind ConfigMaps = BuiltInKinds.Of<ConfigMap>();

    private readonly InMemoryRevisionStore _store = new();
    private readonly ObjectStorage _storage;
    private readonly LiveObjects<ConfigMap> _live;

    public LiveObjectsTests()
    {
        _storage = new ObjectStorage(_store);
        _live = new LiveObjects<ConfigMap>(_storage);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task What_was_acknowledged_is_seen_by_the_next_look()
    {
        await CreateAsync("a");
        Assert.Equal("a", await NamesAsync());
        var b = await CreateAsync("b");
        Assert.Equal("a b", await NamesAsync());
        await _storage.UpdateAsync(ConfigMaps, (ConfigMap)b.Item with { Data = new([new("k", "v")]) }, b, default);
        Assert.Equal("v", (await _live.NowAsync(default))[new("default", "b")].Data["k"]);
        await _storage.DeleteAsync(ConfigMaps, new("default", "a"), (await _storage.GetAsync(ConfigMaps, new("default", "a"), default)).Revision, default);
        Assert.Equal("b", await NamesAsync());
    }

    [Fact]
    public async Task While_nothing_of_the_kind_changes_it_is_the_same_instance()
    {
        await CreateAsync("a");
        var first = await _live.NowAsync(default);
        await _storage.CreateAsync(BuiltInKinds.Of<Namespace>(), new Namespace { Metadata = new() { Name = "n" } }, default);
        Assert.Same(first, await _live.NowAsync(default));
        await CreateAsync("b");
        Assert.NotSame(first, await _live.NowAsync(default));
    }

    [Fact]
    public async Task Whoever_did_not_look_while_the_history_went_sees_everything_again()
    {
        await CreateAsync("a");
        Assert.Equal("a", await NamesAsync());
        await CreateAsync("b");
        await CreateAsync("c");
        await _store.CompactAsync(_store.Current, default);
        Assert.Equal("a b c", await NamesAsync());
        await CreateAsync("d");
        Assert.Equal("a b c d", await NamesAsync());
    }

    [Fact]
    public async Task What_is_told_of_changes_adds_up_to_what_is_there_also_when_the_history_went()
    {
        var told = new Dictionary<ObjectKey, ConfigMap>();
        var live = new LiveObjects<ConfigMap>(_storage, ConfigMaps, "default", (key, item) => _ = item is null ? told.Remove(key) : (told[key] = item) == item);
        var a = await CreateAsync("a");
        var b = await CreateAsync("b");
        await SeeAsync();

        await _storage.DeleteAsync(ConfigMaps, new("default", "a"), a.Revision, default);
        await SeeAsync();

        await _storage.UpdateAsync(ConfigMaps, (ConfigMap)b.Item with { Data = new([new("k", "v")]) }, b, default);
        await CreateAsync("c");
        await _store.CompactAsync(_store.Current, default);
        await SeeAsync();

        async Task SeeAsync() => Assert.Equal((await live.NowAsync(default)).OrderBy(one => one.Key), told.OrderBy(one => one.Key));
    }

    [Fact]
    public async Task Many_may_look_while_others_write()
    {
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                await CreateAsync($"c{i}");
            }
        });
        var looking = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var before = 0;
            while (before < 300)
            {
                var now = (await _live.NowAsync(default)).Count;
                Assert.True(now >= before);
                before = now;
            }
        }));
        await Task.WhenAll([writing, .. looking]).WaitAsync(TimeSpan.FromSeconds(60));
    }

    private async Task<ObjectForm> CreateAsync(string name) =>
        (await _storage.CreateAsync(ConfigMaps, new ConfigMap { Metadata = new() { Name = name, Namespace = "default" } }, default))!;

    private async Task<string> NamesAsync() => string.Join(" ", (await _live.NowAsync(default)).Keys.Select(key => key.Name));
}
