using Coppice.Store;

namespace Coppice.Contracts.Stores;

/// <summary>Makes empty stores of one kind, and cleans up what they leave behind.</summary>
public interface IStoreUnderTest : IAsyncDisposable
{
    ValueTask<IRevisionStore> OpenAsync();
}

/// <summary>What the store contracts share: one empty store a test, and short ways to write to it.</summary>
public abstract class StoreContract<TKind> : IAsyncLifetime
    where TKind : IStoreUnderTest, new()
{
    private readonly TKind _kind = new();

    protected IRevisionStore Store { get; private set; } = null!;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Store = await _kind.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _kind.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static StoredValue Value(string text) => new(System.Text.Encoding.UTF8.GetBytes(text));

    protected static string Text(StoreEntry? entry) => System.Text.Encoding.UTF8.GetString(entry!.Value.Bytes.Span);

    protected static Revision Rev(long value) => new(value);

    protected async Task<StoreEntry> CreateAsync(string key, string text = "v") =>
        Assert.IsType<WriteOutcome.Written>(await Store.WriteAsync(new StoreWrite.Create(key, Value(text)), Stop)).Entry;

    protected async Task<StoreEntry> UpdateAsync(string key, long expected, string text = "v") =>
        Assert.IsType<WriteOutcome.Written>(await Store.WriteAsync(new StoreWrite.Update(key, Value(text), Rev(expected)), Stop)).Entry;

    protected async Task<StoreEntry> DeleteAsync(string key) =>
        Assert.IsType<WriteOutcome.Written>(await Store.WriteAsync(new StoreWrite.Delete(key, null), Stop)).Entry;

    protected async Task<StoreEntry?> ConflictAsync(StoreWrite write) =>
        Assert.IsType<WriteOutcome.Conflict>(await Store.WriteAsync(write, Stop)).Current;

    protected async Task<string> KeysAsync(string prefix, long? at = null) =>
        string.Join(' ', (await Store.RangeAsync(new RangeQuery(prefix, At: at is { } r ? Rev(r) : null), Stop)).Entries.Select(e => e.Key));

    /// <summary>Reads a watch until it has given so many events.</summary>
    protected static async Task<List<StoreEvent>> TakeAsync(IStoreWatch watch, int count)
    {
        var taken = new List<StoreEvent>();
        while (taken.Count < count)
        {
            taken.AddRange(await watch.NextAsync(Stop));
        }

        return taken;
    }

    /// <summary>An event as one readable word, e.g. <c>put:pods/a@3</c>.</summary>
    protected static string Show(StoreEvent e) => $"{(e.Type == StoreEventType.Put ? "put" : "delete")}:{e.Entry.Key}@{e.Entry.Modified}";

    protected static string Show(IEnumerable<StoreEvent> events) => string.Join(' ', events.Select(Show));
}
