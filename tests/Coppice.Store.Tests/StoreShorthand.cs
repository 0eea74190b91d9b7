using System.Text;

namespace Coppice.Store.Tests;

/// <summary>Short ways to write to a store and to say what is in it.</summary>
internal static class StoreShorthand
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static StoredValue Value(string text) => new(Encoding.UTF8.GetBytes(text));

    public static async Task<Revision> CreateAsync(this IRevisionStore store, string key, string text = "v") =>
        Revision(await store.WriteAsync(new StoreWrite.Create(key, Value(text)), Stop));

    public static async Task<Revision> UpdateAsync(this IRevisionStore store, string key, long expected, string text = "v") =>
        Revision(await store.WriteAsync(new StoreWrite.Update(key, Value(text), new(expected)), Stop));

    public static async Task<Revision> DeleteAsync(this IRevisionStore store, string key) =>
        Revision(await store.WriteAsync(new StoreWrite.Delete(key, null), Stop));

    /// <summary>Everything below a prefix, e.g. <c>pods/a=v1@1:3</c> for created at 1 and modified at 3.</summary>
    public static async Task<string> ShowAsync(this IRevisionStore store, string prefix = "", long? at = null)
    {
        var range = await store.RangeAsync(new RangeQuery(prefix, At: at is { } revision ? new(revision) : null), Stop);
        return string.Join(' ', range.Entries.Select(Show));
    }

    public static string Show(StoreEntry e) => $"{e.Key}={Encoding.UTF8.GetString(e.Value.Bytes.Span)}@{e.Created}:{e.Modified}";

    public static string Show(StoreEvent e) => $"{e.Type} {Show(e.Entry)} after {(e.Previous is { } p ? Show(p) : "nothing")}";

    private static Revision Revision(WriteOutcome outcome) => Assert.IsType<WriteOutcome.Written>(outcome).Entry.Modified;
}
