using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Storage;
using Coppice.Client;
using Coppice.Store;

namespace Coppice.ApiServer.Watching;

/// <param name="Form">The object; for a deletion as it was last, with the deletion's revision.</param>
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
            var events = new List<ObjectEvent>();
            foreach (var change in await source.NextAsync(stop))
            {
                if (Translate(change) is { } translated)
                {
                    events.Add(translated);
                }
            }

            return events;
        }
        catch (CompactedException e)
        {
            throw ApiErrors.TooOldResourceVersion(e.Asked.Value, e.Compacted.Value);
        }
    }

    public void Dispose() => source.Dispose();

    private ObjectEvent? Translate(StoreEvent change)
    {
        var before = change.Previous is { } previous && query.Matches(ObjectStorage.FormOf(query.Kind, previous));
        if (change.Type == StoreEventType.Delete)
        {
            var last = ObjectStorage.FormOf(query.Kind, change.Entry, deleted: true);
            return before || (change.Previous is null && query.Matches(last)) ? new(WatchEventType.Deleted, last) : null;
        }

        var form = ObjectStorage.FormOf(query.Kind, change.Entry);
        return (before, query.Matches(form)) switch
        {
            (false, true) => new(WatchEventType.Added, form),
            (true, true) => new(WatchEventType.Modified, form),
            (true, false) => new(WatchEventType.Deleted, form),
            (false, false) => null,
        };
    }
}
