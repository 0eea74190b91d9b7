using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Client.Tests.Caching;

public sealed class CacheSetTests : IDisposable
{
    private static readonly Func<KubernetesObject, IEnumerable<string>> ByTeam = item => item.Metadata.Labels.Find("team") is { } team ? [team] : [];

    private readonly TestApi _api = new(new ManualTimeProvider(), "default");
    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _listed = [];
    private readonly CacheSet _set;

    public CacheSetTests()
    {
        _api.Fault = (verb, about) =>
        {
            if (verb == "list")
            {
                _listed.Add(((Kind)about).Resource);
            }
        };
        _set = new(_api, _loop.Time, NullLoggerFactory.Instance);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _loop.RunUntilIdle();
        _stop.Dispose();
    }

    [Fact]
    public void However_many_use_a_kind_it_is_watched_once_and_what_nobody_uses_is_not()
    {
        var (typed, untyped) = (_set.Of<ConfigMap>(), _set.Of(BuiltInKinds.Of<ConfigMap>()));
        Run();
        var late = Ask();
        Create("a");
        Assert.Equal(["configmaps"], _listed);
        Assert.Same(typed.Find(new("default", "a")), untyped.Find(new("default", "a")));
        Assert.Same(typed.Find(new("default", "a")), late.Find(new("default", "a")));
    }

    [Fact]
    public void A_cache_that_is_asked_for_while_the_set_runs_is_filled()
    {
        Run();
        Create("a");
        var cache = Ask();
        var told = new List<string>();
        cache.Subscribe(change => told.Add(change.Item.Metadata.Name!));
        _loop.Await(_set.WaitUntilSyncedAsync);
        Create("b");
        Assert.True(cache.IsSynced);
        Assert.Equal(["a", "b"], told);
    }

    [Fact]
    public void Who_comes_late_hears_first_of_what_is_there_and_finds_it_by_an_index_of_his_own()
    {
        _set.Of<ConfigMap>();
        Run();
        Create("a", "x");
        var late = Ask();
        var told = new List<string>();
        late.Subscribe(change => told.Add($"{(change.Old is null ? "+" : "-")}{change.Item.Metadata.Name}"));
        var index = late.AddIndex(ByTeam);
        Assert.Equal(["a"], index.Find("x").Select(i => i.Metadata.Name));
        Create("b", "x");
        Delete("a");
        Assert.Equal(["+a", "+b", "-a"], told);
        Assert.Equal(["b"], index.Find("x").Select(i => i.Metadata.Name));
    }

    [Fact]
    public void A_user_who_leaves_hears_nothing_more_and_takes_nothing_from_the_others()
    {
        var (first, second) = (_set.Of<ConfigMap>(), _set.Of<ConfigMap>());
        var (told, index) = (new List<string>(), second.AddIndex(ByTeam));
        first.AddIndex(ByTeam);
        first.Subscribe(change => told.Add(change.Item.Metadata.Name!));
        Run();
        Create("a", "x");
        first.Dispose();
        first.Dispose();
        Create("b", "x");
        Assert.Equal(["a"], told);
        Assert.Equal(["a", "b"], index.Find("x").Select(i => i.Metadata.Name));
    }

    [Fact]
    public void The_last_user_ends_the_watch_and_the_next_one_begins_another()
    {
        var watches = 0;
        var inner = _api.Fault;
        _api.Fault = (verb, about) =>
        {
            watches += verb == "watch" ? 1 : 0;
            inner(verb, about);
        };
        var cache = _set.Of<ConfigMap>();
        Run();
        _loop.Start(() =>
        {
            cache.Dispose();
            return Task.CompletedTask;
        });
        _loop.RunUntilIdle();
        var before = watches;
        Create("a");
        Assert.Equal(before, watches);
        Assert.Null(cache.Find(new("default", "a")));

        var next = Ask();
        _loop.RunUntilIdle();
        Assert.NotNull(next.Find(new("default", "a")));
        Assert.Equal(["configmaps", "configmaps"], _listed);
    }

    [Fact]
    public void A_stopped_set_ends_all_of_its_watches_and_begins_none()
    {
        _set.Of<ConfigMap>();
        var running = Run();
        _stop.Cancel();
        _loop.RunUntilIdle();
        Assert.True(running().IsCompletedSuccessfully);
        Ask<Secret>();
        _loop.RunUntilIdle();
        Assert.Equal(["configmaps"], _listed);
    }

    private Func<Task> Run()
    {
        var running = Task.CompletedTask;
        _loop.Start(() => running = _set.RunAsync(_stop.Token));
        _loop.RunUntilIdle();
        return () => running;
    }

    private ObjectCache<ConfigMap> Ask() => Ask<ConfigMap>();

    private ObjectCache<T> Ask<T>() where T : KubernetesObject
    {
        ObjectCache<T>? cache = null;
        _loop.Start(() =>
        {
            cache = _set.Of<T>();
            return Task.CompletedTask;
        });
        return cache!;
    }

    private void Create(string name, string? team = null)
    {
        var labels = team is null ? default : ValueMap.Of(("team", team));
        _loop.Await(() => _api.CreateAsync(new ConfigMap { Metadata = new() { Namespace = "default", Name = name, Labels = labels } }, default).AsTask());
        _loop.RunUntilIdle();
    }

    private void Delete(string name)
    {
        _loop.Await(() => _api.DeleteAsync<ConfigMap>(new("default", name), null, default).AsTask());
        _loop.RunUntilIdle();
    }
}
