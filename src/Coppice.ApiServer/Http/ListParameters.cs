using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>The query parameters of lists and watches: which objects, and how many at a time.</summary>
internal static class ListParameters
{
    public static ObjectQuery Objects(this IQueryCollection query, ServedKind served, string? space) =>
        ObjectQuery.Parse(served, space, query.First("labelSelector"), query.First("fieldSelector"));

    /// <summary>Paging and the revision to read at, with resourceVersionMatch as Kubernetes defines it.</summary>
    public static ListPaging Paging(this IQueryCollection query)
    {
        var limit = (int)Math.Clamp(query.Number("limit") ?? 0, 0, int.MaxValue);
        var token = query.First("continue");
        var revision = query.Revision();
        if (!string.IsNullOrEmpty(token) || revision is null || revision == Store.Revision.None)
        {
            return new ListPaging(limit, token);
        }

        return query.First("resourceVersionMatch") == "Exact"
            ? new ListPaging(limit, null, revision)
            : new ListPaging(limit, null, null, revision);
    }
}
