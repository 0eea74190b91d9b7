using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>The query parameters of lists and watches: which objects, and how many at a time.</summary>
internal static class ListParameters
{
    private const string Match = "resourceVersionMatch";
    private const string Exact = "Exact";
    private const string NotOlderThan = "NotOlderThan";
    private const string SendInitialEvents = "sendInitialEvents";
    private const string WithContinue = "resourceVersionMatch is forbidden when continue is provided";

    public static ObjectQuery Objects(this IQueryCollection query, ServedKind served, string? space) =>
        ObjectQuery.Parse(served, space, query.First("labelSelector"), query.First("fieldSelector"));

    /// <summary>Paging and the revision to read at, with resourceVersionMatch as Kubernetes defines it.</summary>
    /// <exception cref="ApiError">Invalid or BadRequest: parameters that go against each other, or are none.</exception>
    public static ListPaging Paging(this IQueryCollection query)
    {
        Require(ListErrors(query));
        var limit = (int)Math.Clamp(query.Number("limit") ?? 0, 0, int.MaxValue);
        if (query.First("continue") is { Length: > 0 } token)
        {
            return query.First("resourceVersion") is null or "" or "0"
                ? new ListPaging(limit, token)
                : throw ApiErrors.BadRequest("specifying resource version is not allowed when using continue");
        }

        var revision = query.Revision();
        if (revision is null || revision == Store.Revision.None)
        {
            return new ListPaging(limit);
        }

        // A page at a revision, of which it is not said how it is meant, is of that one: so it was before that could be said.
        var isExact = query.First(Match) is var match && (match == Exact || (string.IsNullOrEmpty(match) && limit > 0));
        return isExact ? new ListPaging(limit, null, revision) : new ListPaging(limit, null, null, revision);
    }

    /// <summary>Whether a watch begins with what is there; null if that is not said.</summary>
    /// <exception cref="ApiError">Invalid: parameters that go against each other.</exception>
    public static bool? InitialEvents(this IQueryCollection query)
    {
        var initial = query.Switch(SendInitialEvents);
        Require(WatchErrors(query.First(Match), initial is not null, !string.IsNullOrEmpty(query.First("continue"))));
        return initial;
    }

    private static IEnumerable<FieldError> ListErrors(IQueryCollection query)
    {
        var path = FieldPath.Of(Match);
        var revision = query.First("resourceVersion");
        if (query.First(Match) is { Length: > 0 } match)
        {
            if (string.IsNullOrEmpty(revision))
            {
                yield return FieldError.Forbidden(path, "resourceVersionMatch is forbidden unless resourceVersion is provided");
            }

            if (!string.IsNullOrEmpty(query.First("continue")))
            {
                yield return FieldError.Forbidden(path, WithContinue);
            }

            if (match is not (Exact or NotOlderThan))
            {
                yield return FieldError.NotSupported(path, match, Exact, NotOlderThan, "");
            }

            if (match == Exact && revision == "0")
            {
                yield return FieldError.Forbidden(path, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
            }
        }

        if (query.First(SendInitialEvents) is not null)
        {
            yield return FieldError.Forbidden(FieldPath.Of(SendInitialEvents), "sendInitialEvents is forbidden for list");
        }
    }

    private static IEnumerable<FieldError> WatchErrors(string? match, bool saysInitial, bool continues)
    {
        var path = FieldPath.Of(Match);
        if (saysInitial && match != NotOlderThan)
        {
            yield return FieldError.Forbidden(path, $"sendInitialEvents requires setting resourceVersionMatch to {NotOlderThan}");
        }

        if (string.IsNullOrEmpty(match))
        {
            yield break;
        }

        if (!saysInitial)
        {
            yield return FieldError.Forbidden(path, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }

        if (match != NotOlderThan)
        {
            yield return FieldError.NotSupported(path, match, NotOlderThan);
        }

        if (continues)
        {
            yield return FieldError.Forbidden(path, WithContinue);
        }
    }

    private static void Require(IEnumerable<FieldError> errors)
    {
        if (errors.ToArray() is { Length: > 0 } found)
        {
            throw ApiErrors.Invalid("meta.k8s.io", "ListOptions", "", found);
        }
    }
}
