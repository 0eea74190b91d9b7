using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.Client.Tracing;
using Coppice.Objects;
using Coppice.Store;

namespace Coppice.ApiServer.Storage;

/// <summary>
/// The objects of the API in the store: under which key, in which form, and the store's refusals in the API's words. Nothing but the
/// verbs uses it, and nothing but this uses the store.
/// </summary>
public sealed class ObjectStorage(IRevisionStore store)
{
    private readonly WatchedKinds _watched = new();

    public Revision Current => store.Current;

    public static string Prefix(Kind kind, string? space)
    {
        var resource = kind.Stored.QualifiedResource;
        return string.IsNullOrEmpty(space) ? $"{resource}/" : $"{resource}/{space}/";
    }

    public static string KeyOf(Kind kind, ObjectKey key)
    {
        var resource = kind.Stored.QualifiedResource;
        return string.IsNullOrEmpty(key.Namespace) ? $"{resource}/{key.Name}" : $"{resource}/{key.Namespace}/{key.Name}";
    }

    public async ValueTask<ObjectForm?> FindAsync(Kind kind, ObjectKey key, CancellationToken stop)
    {
        try
        {
            return await store.GetAsync(KeyOf(kind, key), stop) is { } entry ? await ShowAsync(kind, FormOf(kind, entry), stop) : null;
        }
        catch (StoreUnavailableException e)
        {
            throw ApiErrors.ServiceUnavailable(e.Message);
        }
    }

    /// <exception cref="ApiError">NotFound.</exception>
    public async ValueTask<ObjectForm> GetAsync(Kind kind, ObjectKey key, CancellationToken stop) =>
        await FindAsync(kind, key, stop) ?? throw ApiErrors.NotFound(kind, key.Name);

    public async ValueTask<StoreRange> RangeAsync(RangeQuery query, CancellationToken stop)
    {
        try
        {
            return await store.RangeAsync(query, stop);
        }
        catch (CompactedException)
        {
            throw query.After is null
                ? ApiErrors.ListTooOld()
                : ApiErrors.ContinueTooOld(new ContinueToken(null, query.After[query.Prefix.Length..]).Encode());
        }
        catch (FutureRevisionException e)
        {
            throw ApiErrors.TooLargeResourceVersion(e.Asked.Value, e.Current.Value);
        }
    }

    /// <param name="only">Of these, what has or had this value of the field by which the kind is kept.</param>
    public IStoreWatch Watch(Kind kind, string? space, Revision after, StoreTerm? only = null)
    {
        try
        {
            return _watched.Add(kind, store.Watch(Prefix(kind, space), after, only));
        }
        catch (CompactedException e)
        {
            throw ApiErrors.TooOldResourceVersion(e.Asked.Value, e.Compacted.Value);
        }
    }

    /// <summary>Stores a new object; null if one of that name is there.</summary>
    public async ValueTask<ObjectForm?> CreateAsync(Kind kind, KubernetesObject item, CancellationToken stop) =>
        await WriteAsync(kind, new StoreWrite.Create(KeyOf(kind, ObjectKey.Of(item)), await PrepareAsync(kind, item, stop)), stop);

    /// <summary>
    /// Replaces the version that was read; null if it is no longer the newest. What would be the same is not written. Bytes are compared
    /// where records differ: what was not read back yet may have, say, fractions of seconds that are never written.
    /// </summary>
    public async ValueTask<ObjectForm?> UpdateAsync(Kind kind, KubernetesObject item, ObjectForm current, CancellationToken stop)
    {
        if (current.IsAsStored && item.Equals(current.Item))
        {
            return current;
        }

        var value = await PrepareAsync(kind, item, stop);
        return current.IsStoredAs(value.Bytes.Span)
            ? current
            : await WriteAsync(kind, new StoreWrite.Update(KeyOf(kind, ObjectKey.Of(item)), value, current.Revision), stop);
    }

    /// <summary>Deletes the version that was read; null if it is no longer the newest.</summary>
    public async ValueTask<ObjectForm?> DeleteAsync(Kind kind, ObjectKey key, Revision expected, CancellationToken stop) =>
        await WriteAsync(kind, new StoreWrite.Delete(KeyOf(kind, key), expected), stop, deleted: true);

    /// <summary>Forms of stored objects in the version of a kind: all that are in another are converted at once.</summary>
    public static ValueTask<IReadOnlyList<ObjectForm>> ShowAsync(Kind kind, IReadOnlyList<ObjectForm> stored, CancellationToken stop) =>
        kind.Conversion is { } conversion ? ConvertAsync(conversion, kind.ApiVersion, stored, stop) : new(stored);

    /// <summary>The form of an entry, in the version in which it is stored.</summary>
    public static ObjectForm FormOf(Kind kind, StoreEntry entry, bool deleted = false)
    {
        var format = kind.Stored.Format;
        if (entry.Value.Companion is not StoredForms forms || forms.Format != format)
        {
            entry.Value.Companion = forms = new StoredForms(format, isExact: false);
        }

        if (deleted)
        {
            return forms.Deleted ??= new ObjectForm(format, entry.Value.Bytes, entry.Modified, forms.Live?.Item, forms.IsExact);
        }

        var live = forms.Live ??= new ObjectForm(format, entry.Value.Bytes, entry.Modified, forms.Written, forms.IsExact);
        forms.Written = null;
        return live;
    }

    private static async ValueTask<ObjectForm> ShowAsync(Kind kind, ObjectForm stored, CancellationToken stop) =>
        kind.Conversion is null ? stored : (await ShowAsync(kind, [stored], stop))[0];

    private static async ValueTask<IReadOnlyList<ObjectForm>> ConvertAsync(
        IConversion conversion, string apiVersion, IReadOnlyList<ObjectForm> stored, CancellationToken stop)
    {
        var items = await conversion.ConvertAsync([.. stored.Select(form => form.Item)], apiVersion, stop);
        return [.. stored.Zip(items, (form, item) => ReferenceEquals(form.Item, item) ? form : form.Converted(item))];
    }

    private async ValueTask<StoredValue> PrepareAsync(Kind kind, KubernetesObject item, CancellationToken stop)
    {
        var stored = kind.Conversion is { } conversion ? (await conversion.ConvertAsync([item], kind.Stored.ApiVersion, stop))[0] : item;

        // Of what nobody watches the JSON is what is asked for; the record would only be kept, and is larger.
        var written = _watched.Contains(kind) && RoundTrip.Keeps(stored) ? stored : null;
        return new(ObjectForm.ToStore(stored)) { Companion = new StoredForms(kind.Stored.Format, isExact: true) { Written = written } };
    }

    private async ValueTask<ObjectForm?> WriteAsync(Kind kind, StoreWrite write, CancellationToken stop, bool deleted = false)
    {
        using var span = Traces.Begin("store write");
        span?.SetTag("coppice.store.key", write.Key);
        try
        {
            return await store.WriteAsync(write, stop) is WriteOutcome.Written written ? await ShowAsync(kind, FormOf(kind, written.Entry, deleted), stop) : null;
        }
        catch (StoreUnavailableException e)
        {
            span.Fail(e.Message);
            throw ApiErrors.ServiceUnavailable(e.Message);
        }
    }
}
