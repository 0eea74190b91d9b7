using Coppice.Objects.Core;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Client.Tests.Caching;

public sealed class ObjectCacheTests : IDisposable
{
    private readonly TestApi _api = new(new ManualTimeProvider(), "default");
    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly CancellationTokenSource _stop = new();
    private readonly ObjectCache<ConfigMap> _cache;
    private readonly CacheIndex<ConfigMap> _byOwner;
    private readonly List<string> _told = [];

    public ObjectCacheTests()
    {
        _cache = new(_api, ListQuery.All, _loop.Time, NullLogger.Instance);
        _byOwner = _cache.AddIndex(m => m.Metadata.Labels.TryGetValue("owner", out var owner) ? [owner] : []);
        _cache.Subscribe(c => _told.Add($"{(c.Old is null ? "+" : c.New is null ? "-" : "~")}{c.Item.Metadata.Name}"));
    }

    public void Dispose()
    {
        _stop.Cancel();
        _loop.RunUntilIdle();
        _stop.Dispose();
    }

    [Fact]
    public void It_lists_first_and_follows_then()
    {
        Create("a");
        Assert.False(_cache.IsSynced);
        Run();
        Assert.True(_cache.IsSynced);
        var b = Create("b");
        Update(b with { Data = Objects.ValueMap.Of(("k", "v")) });
        Delete("a");
        Assert.Equal(["+a", "+b", "~b", "-a"], _told);
        Assert.Equal(["b"], _cache.Items.Select(i => i.Metadata.Name));
        Assert.Equal("v", _cache.Find(new("default", "b"))!.Data["k"]);
    }

    [Fact]
    public void An_index_follows_changes()
    {
        Run();
        var a = Create("a", "x");
        Create("b", "x");
        Assert.Equal(["a", "b"], _byOwner.Find("x").Select(i => i.Metadata.Name));
        Update(a with { Metadata = a.Metadata with { Labels = Objects.ValueMap.Of(("owner", "y")) } });
        Delete("b");
        Assert.Empty(_byOwner.Find("x"));
        Assert.Equal(["a"], _byOwner.Find("y").Select(i => i.Metadata.Name));
    }

    [Fact]
    public void After_its_place_is_compacted_away_it_tells_only_of_what_differs()
    {
        Run();
        Create("a");
        Create("b");
        _told.Clear();

        WhileAway(() =>
        {
            Delete("a");
            Create("c");
            _api.Compact();
        });
        Assert.Equal(["-a", "+c"], _told);
    }

    [Fact]
    public void An_object_that_was_deleted_and_made_again_unseen_is_two_changes()
    {
        Run();
        Create("a");
        _told.Clear();
        WhileAway(() =>
        {
            Delete("a");
            Create("a");
        });
        Assert.Equal(["-a", "+a"], _told);
    }

    [Fact]
    public void A_writer_can_wait_for_its_own_write()
    {
        Run();
        var isSeen = false;
        _loop.Await(async () =>
        {
            var made = await _api.CreateAsync(Map("a", null), default);
            await _cache.WaitUntilSeenAsync(made.Metadata.ResourceVersion);
            isSeen = _cache.Find(new("default", "a")) is not null;
        });
        Assert.True(isSeen);
    }

    [Fact]
    public void A_server_that_stays_away_is_asked_more_and_more_seldom()
    {
        var asked = new List<double>();
        var began = _loop.Time.GetTimestamp();
        _api.Fault = (_, _) =>
        {
            asked.Add(_loop.Time.GetElapsedTime(began).TotalSeconds);
            throw new IOException("the connection was refused");
        };
        Run();
        _loop.RunFor(TimeSpan.FromSeconds(95));
        Assert.Equal([0, 1, 3, 7, 15, 31, 61, 91], asked.Select(second => Math.Round(second)));
    }

    [Fact]
    public void Whoever_waits_for_the_first_list_waits_no_longer_than_it_is_asked_for()
    {
        _api.Fault = (_, _) => throw new IOException("the connection was refused");
        Run();
        var filled = _cache.WaitUntilSyncedAsync();
        _loop.RunFor(TimeSpan.FromSeconds(10));
        Assert.False(filled.IsCompleted);

        _stop.Cancel();
        _loop.RunUntilIdle();
        Assert.True(filled.IsCanceled);
        Assert.False(_cache.IsSynced);
    }

    [Fact]
    public void A_watch_that_held_is_taken_up_again_at_the_first_pause()
    {
        Run();
        WhileAway(() => { });
        _loop.RunFor(TimeSpan.FromMinutes(1));
        WhileAway(() => { });
        Create("a");
        Assert.Equal(["+a"], _told);
    }

    [Fact]
    public void Whatever_a_watch_breaks_by_it_is_taken_up_again()
    {
        Run();
        foreach (var (i, broken) in new Exception[] { new OperationCanceledException(), new ObjectDisposedException("stream"), new InvalidDataException() }.Index())
        {
            WhileAway(() => Create($"a{i}"), broken);
        }

        Assert.Equal(["+a0", "+a1", "+a2"], _told);
    }

    /// <summary>The world goes on while the connection is away; then it is back, and found again.</summary>
    private void WhileAway(Action happening, Exception? broken = null)
    {
        var isAway = true;
        _api.Fault = (verb, _) =>
        {
            if (verb is "watch" or "list" && isAway)
            {
                throw broken ?? new IOException("the connection was reset");
            }
        };
        happening();
        isAway = false;
        _loop.RunFor(TimeSpan.FromSeconds(5));
    }

    private void Run()
    {
        _loop.Start(() => _cache.RunAsync(_stop.Token));
        _loop.RunUntilIdle();
    }

    private ConfigMap Create(string name, string? owner = null) => Do(() => _api.CreateAsync(Map(name, owner), default));

    private void Update(ConfigMap item) => Do(() => _api.UpdateAsync(item, default));

    private void Delete(string name)
    {
        _loop.Await(() => _api.DeleteAsync<ConfigMap>(new("default", name), null, default).AsTask());
        _loop.RunUntilIdle();
    }

    private T Do<T>(Func<ValueTask<T>> request)
    {
        var result = _loop.Await(() => request().AsTask());
        _loop.RunUntilIdle();
        return result;
    }

    private static ConfigMap Map(string name, string? owner) => new()
    {
        Metadata = new() { Namespace = "default", Name = name, Labels = owner is null ? default : Objects.ValueMap.Of(("owner", owner)) },
    };
}
