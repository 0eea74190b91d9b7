using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Store;
using Coppice.Store.InMemory;

namespace Coppice.ApiServer.Tests.Storage;

/// <summary>What was written is what is read: the record that was given if somebody watches and its JSON says all of it, else what the JSON says.</summary>
public sealed class WrittenFormTests : IAsyncDisposable
{
    private static readonly Kind Kind = BuiltInKinds.Of<ConfigMap>();

    private readonly InMemoryRevisionStore _store = new();
    private readonly ObjectStorage _storage;

    public WrittenFormTests() => _storage = new(_store);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_record_whose_JSON_says_all_of_it_is_not_read_again()
    {
        using var watch = _storage.Watch(Kind, null, _storage.Current);
        var written = (await _storage.CreateAsync(Kind, Map("text"), Stop))!;
        AssertAsRead(written);
        Assert.Same(Assert.Single(Assert.IsType<ConfigMap>(written.Item).Data).Value, Map("text").Data["a"]);
        Assert.Equal(written.Revision.ToString(), written.Item.Metadata.ResourceVersion);

        var changed = (await _storage.UpdateAsync(Kind, written.Item with { Metadata = written.Item.Metadata with { Uid = "two" } }, written, Stop))!;
        AssertAsRead(changed);
        Assert.Equal(changed.Revision.ToString(), changed.Item.Metadata.ResourceVersion);
        Assert.NotEqual(written.Item.Metadata.ResourceVersion, changed.Item.Metadata.ResourceVersion);
        Assert.Same(changed.Item, (await _storage.FindAsync(Kind, new("default", "one"), Stop))!.Item);

        var deleted = (await _storage.DeleteAsync(Kind, new("default", "one"), changed.Revision, Stop))!;
        Assert.Equal(deleted.Revision.ToString(), deleted.Item.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_record_whose_JSON_says_something_else_is_read_as_that()
    {
        using var watch = _storage.Watch(Kind, null, _storage.Current);
        var time = new DateTimeOffset(2024, 5, 6, 7, 8, 9, 10, TimeSpan.Zero);
        var given = Map("half \ud83d") with { Metadata = new() { Namespace = "default", Name = "one", Uid = "", CreationTimestamp = time } };
        var written = (await _storage.CreateAsync(Kind, given, Stop))!;
        AssertAsRead(written);
        Assert.Equal(("half \ufffd", null, time.AddMilliseconds(-10)), (((ConfigMap)written.Item).Data["a"], written.Item.Metadata.Uid, written.Item.Metadata.CreationTimestamp));
    }

    [Fact]
    public async Task A_record_that_nobody_watches_for_is_let_go_and_read_again()
    {
        var watched = _storage.Watch(Kind, null, _storage.Current);
        _storage.Watch(Kind, "default", _storage.Current).Dispose();
        _storage.Watch(BuiltInKinds.Of<Pod>(), null, _storage.Current);
        var given = Map(new string('x', 8));
        var kept = (await _storage.CreateAsync(Kind, given, Stop))!;
        Assert.Same(given.Data["a"], ((ConfigMap)kept.Item).Data["a"]);

        watched.Dispose();
        watched.Dispose();
        var other = given with { Metadata = given.Metadata with { Name = "other" } };
        var read = (await _storage.CreateAsync(Kind, other, Stop))!;
        AssertAsRead(read);
        Assert.NotSame(given.Data["a"], ((ConfigMap)read.Item).Data["a"]);
        Assert.Same(read.Item, (await _storage.FindAsync(Kind, new("default", "other"), Stop))!.Item);
    }

    private static void AssertAsRead(ObjectForm form) => Assert.Equal(Kind.Format.Read(form.ToJson().Span), form.Item);

    private static ConfigMap Map(string value) => new()
    {
        ApiVersion = "v1",
        Kind = "ConfigMap",
        Metadata = new() { Namespace = "default", Name = "one", Uid = "one" },
        Data = ValueMap.Of(("a", value)),
    };
}
