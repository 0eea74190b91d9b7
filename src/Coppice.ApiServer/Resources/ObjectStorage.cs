using Coppice.ApiServer.Strategies;
using Coppice.Objects;
using Coppice.Store;

namespace Coppice.ApiServer.Resources;

/// <summary>
/// The objects of the API in the store: under which key, in which form, and the store's refusals in the API's words. Nothing but the
/// verbs uses it, and nothing but this uses the store.
/// </summary>
public sealed class ObjectStorage(IRevisionStore store)
{
    private static readonly ResourceDefinition CoreEvents = KindCatalog.Of<Objects.Core.Event>();

    public Revision Current => store.Current;

    /// <summary>Both groups of events are two views of the same stored objects.</summary>
    private static bool IsEventView(ResourceDefinition definition) => definition.Type == typeof(Objects.Events.Event);

    private static ResourceDefinition StoredAs(ResourceDefinition definition) => IsEventView(definition) ? CoreEvents : definition;

    public static string Prefix(ResourceDefinition definition, string? space)
    {
        var resource = StoredAs(definition).QualifiedResource;
        return string.IsNullOrEmpty(space) ? $"{resource}/" : $"{resource}/{space}/";
    }

    public static string KeyOf(ResourceDefinition definition, ObjectKey key) => Prefix(definition, key.Namespace) + key.Name;

    public async ValueTask<ObjectForm?> FindAsync(ResourceDefinition definition, ObjectKey key, CancellationToken stop)
    {
        try
        {
            return await store.GetAsync(KeyOf(definition, key), stop) is { } entry ? FormOf(definition, entry) : null;
        }
        catch (StoreUnavailableException e)
        {
            throw ApiErrors.ServiceUnavailable(e.Message);
        }
    }

    /// <exception cref="ApiError">NotFound.</exception>
    public async ValueTask<ObjectForm> GetAsync(ResourceDefinition definition, ObjectKey key, CancellationToken stop) =>
        await FindAsync(definition, key, stop) ?? throw ApiErrors.NotFound(definition, key.Name);

    public async ValueTask<StoreRange> RangeAsync(RangeQuery query, CancellationToken stop)
    {
        try
        {
            return await store.RangeAsync(query, stop);
        }
        catch (CompactedException e)
        {
            throw query.After is null
                ? ApiErrors.TooOldResourceVersion(e.Asked.Value, e.Compacted.Value)
                : ApiErrors.ContinueTooOld(new ContinueToken(null, query.After[query.Prefix.Length..]).Encode());
        }
        catch (FutureRevisionException e)
        {
            throw ApiErrors.TooLargeResourceVersion(e.Asked.Value, e.Current.Value);
        }
    }

    public IStoreWatch Watch(ResourceDefinition definition, string? space, Revision after)
    {
        try
        {
            return store.Watch(Prefix(definition, space), after);
        }
        catch (CompactedException e)
        {
            throw ApiErrors.TooOldResourceVersion(e.Asked.Value, e.Compacted.Value);
        }
    }

    /// <summary>Stores a new object; null if one of that name is there.</summary>
    public async ValueTask<ObjectForm?> CreateAsync(ResourceDefinition definition, KubernetesObject item, CancellationToken stop) =>
        await WriteAsync(definition, new StoreWrite.Create(KeyOf(definition, ObjectKey.Of(item)), Prepare(definition, item)), stop);

    /// <summary>Replaces the version that was read; null if it is no longer the newest.</summary>
    public async ValueTask<ObjectForm?> UpdateAsync(ResourceDefinition definition, KubernetesObject item, Revision expected, CancellationToken stop) =>
        await WriteAsync(definition, new StoreWrite.Update(KeyOf(definition, ObjectKey.Of(item)), Prepare(definition, item), expected), stop);

    /// <summary>Deletes the version that was read; null if it is no longer the newest.</summary>
    public async ValueTask<ObjectForm?> DeleteAsync(ResourceDefinition definition, ObjectKey key, Revision expected, CancellationToken stop) =>
        await WriteAsync(definition, new StoreWrite.Delete(KeyOf(definition, key), expected), stop, deleted: true);

    /// <summary>The form of an entry as a kind's readers see it.</summary>
    public static ObjectForm FormOf(ResourceDefinition definition, StoreEntry entry, bool deleted = false)
    {
        var forms = entry.Value.Companion as StoredForms;
        if (forms is null)
        {
            entry.Value.Companion = forms = new StoredForms();
        }

        var type = StoredAs(definition).Type;
        var form = deleted
            ? forms.Deleted ??= new ObjectForm(type, entry.Value.Bytes, entry.Modified, forms.Live?.Item)
            : forms.Live ??= new ObjectForm(type, entry.Value.Bytes, entry.Modified);
        return IsEventView(definition) ? ObjectForm.Detached(EventConversion.ToEvents((Objects.Core.Event)form.Item)) : form;
    }

    private static StoredValue Prepare(ResourceDefinition definition, KubernetesObject item)
    {
        var stored = IsEventView(definition) ? EventConversion.ToCore((Objects.Events.Event)item) : item;
        return new StoredValue(ObjectForm.ToStore(stored));
    }

    private async ValueTask<ObjectForm?> WriteAsync(ResourceDefinition definition, StoreWrite write, CancellationToken stop, bool deleted = false)
    {
        try
        {
            return await store.WriteAsync(write, stop) is WriteOutcome.Written written ? FormOf(definition, written.Entry, deleted) : null;
        }
        catch (StoreUnavailableException e)
        {
            throw ApiErrors.ServiceUnavailable(e.Message);
        }
    }
}
