using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Storage;
using Coppice.Client;
using Coppice.Store;

namespace Coppice.ApiServer.Watching;

/// <param name="Form">The object; for a deletion as it was last, with the deletion's revision. Who loses sight of an object is told what he saw last of it.</param>
public readonly record struct ObjectEvent(WatchEventType Type, ObjectForm Form);

/// <summary>
/// A place in the history of a query's objects. An object that comes to match a selector is added, one that ceases to match is
/// deleted, as far as this watcher is concerned.
/// </summary>
public sealed class ObjectWatch(IStoreWatch source, ObjectQuery query) : IDisposable
{
    /// <summary>Everything up to here was returned.</summary>
    public Revision Progress => source.Progress;

    /// <summary>Waits until there is something, then returns all there is; it may be nothing that matches.</summary>
    /// <exception cref="ApiError">Expired: the place was compacted away.</exception>
    public async ValueTask<IReadOnlyList<ObjectEvent>> NextAsync(CancellationToken stop)
    {
        try
        {
            return await ShowAsync(await source.NextAsync(stop), stop);
        }
        catch (CompactedException e)
        {
            throw ApiErrors.TooOldResourceVersion(e.Asked.Value, e.Compacted.Value);
        }
    }

    /// <summary>What there is by now, which may be nothing.</summary>
    /// <exception cref="ApiError">Likewise.</exception>
    public async ValueTask<IReadOnlyList<ObjectEvent>> TakeAsync(CancellationToken stop)
    {
        try
        {
            return await ShowAsync(source.Take(), stop);
        }
        catch (CompactedException e)
        {
            throw ApiErrors.TooOldResourceVersion(e.Asked.Value, e.Compacted.Value);
        }
    }

    public void Dispose() => source.Dispose();

    private ValueTask<IReadOnlyList<ObjectEvent>> ShowAsync(IReadOnlyList<StoreEvent> changes, CancellationToken stop) =>
        query.Kind.Conversion is null ? new(Translate(changes)) : ConvertAsync(changes, stop);

    private List<ObjectEvent> Translate(IReadOnlyList<StoreEvent> changes)
    {
        var events = new List<ObjectEvent>(changes.Count);
        foreach (var change in changes)
        {
            Add(events, change.Previous is null ? null : ObjectStorage.FormOf(query.Kind, change.Previous), After(change), change.Type);
        }

        return events;
    }

    /// <summary>All of a batch are converted at once, where they are stored in another version.</summary>
    private async ValueTask<IReadOnlyList<ObjectEvent>> ConvertAsync(IReadOnlyList<StoreEvent> changes, CancellationToken stop)
    {
        var after = await ObjectStorage.ShowAsync(query.Kind, [.. changes.Select(After)], stop);
        var before = new Queue<ObjectForm>(await ObjectStorage.ShowAsync(
            query.Kind, [.. changes.Where(change => change.Previous is not null).Select(change => ObjectStorage.FormOf(query.Kind, change.Previous!))], stop));
        var events = new List<ObjectEvent>(changes.Count);
        for (var i = 0; i < changes.Count; i++)
        {
            Add(events, changes[i].Previous is null ? null : before.Dequeue(), after[i], changes[i].Type);
        }

        return events;
    }

    private ObjectForm After(StoreEvent change) => ObjectStorage.FormOf(query.Kind, change.Entry, deleted: change.Type == StoreEventType.Delete);

    private void Add(List<ObjectEvent> events, ObjectForm? before, ObjectForm after, StoreEventType type)
    {
        if (Translate(before, after, type) is { } translated)
        {
            events.Add(translated);
        }
    }

    private ObjectEvent? Translate(ObjectForm? previous, ObjectForm form, StoreEventType type)
    {
        var before = previous is not null && query.Matches(previous);
        if (type == StoreEventType.Delete)
        {
            return before || (previous is null && query.Matches(form)) ? new(WatchEventType.Deleted, form) : null;
        }

        return (before, query.Matches(form)) switch
        {
            (false, true) => new(WatchEventType.Added, form),
            (true, true) => new(WatchEventType.Modified, form),
            (true, false) => new(WatchEventType.Deleted, previous!.At(form.Revision)),
            (false, false) => null,
        };
    }
}
