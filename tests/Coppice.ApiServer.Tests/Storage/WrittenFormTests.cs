using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Store;
using Coppice.Store.InMemory;

namespace Coppice.ApiServer.Tests.Storage;

/// <summary>What was written is what is read: the record that was given if its JSON says all of it, else what the JSON says.</summary>
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
        var time = new DateTimeOffset(2024, 5, 6, 7, 8, 9, 10, TimeSpan.Zero);
        var given = Map("half \ud83d") with { Metadata = new() { Namespace = "default", Name = "one", Uid = "", CreationTimestamp = time } };
        var written = (await _storage.CreateAsync(Kind, given, Stop))!;
        AssertAsRead(written);
        Assert.Equal(("half \ufffd", null, time.AddMilliseconds(-10)), (((ConfigMap)written.Item).Data["a"], written.Item.Metadata.Uid, written.Item.Metadata.CreationTimestamp));
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
