using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Store;

namespace Coppice.ApiServer.Resources;

/// <param name="Limit">At most so many objects; 0 for all.</param>
/// <param name="Continue">Where the last page ended, as that page told.</param>
/// <param name="At">An exact revision to read at; null for the newest.</param>
public sealed record ListPaging(int Limit = 0, string? Continue = null, Revision? At = null, Revision? NotOlderThan = null);

/// <param name="Remaining">How many more there are; null when that is not known, as with selectors.</param>
public sealed record ListPage(IReadOnlyList<ObjectForm> Items, Revision At, string? Continue, long? Remaining);

/// <summary>Lists the objects of a query, whole or by pages that all show one revision.</summary>
internal sealed class ListVerb(ObjectStorage storage)
{
    // With selectors, so many entries are looked at in one go to fill a page.
    private const int Chunk = 500;

    /// <summary>How many objects of a kind are stored in a namespace, or in all; none of a kind that is made up when it is asked for.</summary>
    public async ValueTask<long> CountAsync(ServedKind served, string? space, CancellationToken stop)
    {
        if (served.Source is not null)
        {
            return 0;
        }

        var first = await storage.RangeAsync(new RangeQuery(ObjectStorage.Prefix(served.Kind, space), Limit: 1), stop);
        return first.Entries.Count + first.Remaining;
    }

    public async ValueTask<ListPage> RunAsync(ObjectQuery query, ListPaging paging, CancellationToken stop)
    {
        if (paging.NotOlderThan is { } wanted && wanted > storage.Current)
        {
            throw ApiErrors.TooLargeResourceVersion(wanted.Value, storage.Current.Value);
        }

        if (query.Served.Source is { } source)
        {
            var made = await source.ListAsync(query.Namespace, stop);
            return new([.. made.Select(ObjectForm.Detached).Where(query.Matches)], storage.Current, null, null);
        }

        var prefix = ObjectStorage.Prefix(query.Kind, query.Namespace);
        var place = paging.Continue is { Length: > 0 } token ? ContinueToken.Decode(token) : null;
        var at = place is null ? paging.At : place.At;
        var after = place is null ? null : prefix + place.After;
        List<ObjectForm>? items = null;
        while (true)
        {
            var limit = paging.Limit == 0 ? 0 : query.IsEverything ? paging.Limit : Math.Max(paging.Limit, Chunk);
            var range = await storage.RangeAsync(new RangeQuery(prefix, after, limit, at, query.Only), stop);
            at = range.At;
            items ??= new List<ObjectForm>(query.IsEverything ? range.Entries.Count : 0);
            var forms = await ObjectStorage.ShowAsync(query.Kind, [.. range.Entries.Select(entry => ObjectStorage.FormOf(query.Kind, entry))], stop);
            for (var i = 0; i < range.Entries.Count; i++)
            {
                var form = forms[i];
                after = range.Entries[i].Key;
                if (query.Matches(form))
                {
                    items.Add(form);
                    var remaining = range.Remaining + range.Entries.Count - i - 1;
                    if (items.Count == paging.Limit && remaining > 0)
                    {
                        var next = new ContinueToken(range.At, after[prefix.Length..]).Encode();
                        return new(items, range.At, next, query.IsEverything ? remaining : null);
                    }
                }
            }

            if (range.Remaining == 0)
            {
                return new(items, range.At, null, null);
            }
        }
    }
}
