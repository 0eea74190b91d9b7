using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.Objects.Authentication;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Fairness;

/// <summary>The turns of requests over HTTP: which request waits for one, how much it takes, and how it is told where it belongs.</summary>
internal sealed class RequestTurns(FlowControl flows, KindRegistry kinds, ListVerb lists)
{
    /// <summary>The headers that say by which schema and level a request was answered or refused.</summary>
    public const string SchemaHeader = "X-Kubernetes-PF-FlowSchema-UID";

    public const string LevelHeader = "X-Kubernetes-PF-PriorityLevel-UID";

    // A list takes a seat for so many objects, and no more than so many seats, as in Kubernetes.
    private const int ObjectsPerSeat = 100;
    private const int SeatsMax = 10;

    /// <summary>
    /// Waits for the request's turn. What takes as long as somebody looks takes none; a watch takes one until it has begun, when whoever
    /// answers it ends it, and whoever waits for a body gives it back until the body is there.
    /// </summary>
    /// <exception cref="ApiError">TooManyRequests.</exception>
    public async ValueTask<Seat?> TakeAsync(HttpContext http, ApiRequest request, UserInfo user, AccessRequest access)
    {
        if (request.IsLongRunning && request.Verb != "watch")
        {
            return null;
        }

        var rule = flows.RuleOf(user, access);
        http.Response.Headers[SchemaHeader] = rule.SchemaUid;
        http.Response.Headers[LevelHeader] = rule.Level.Object.Metadata.Uid;
        var width = rule.Level.IsExempt ? 1 : await WidthAsync(http.Request.Query, request, access, http.RequestAborted);
        return await flows.TakeAsync(rule, user, (access, request), width, http.RequestAborted);
    }

    /// <summary>The seats of a list, or of a watch that begins with one, by how many objects are looked at for it.</summary>
    /// <param name="stored">How many there are where it looks.</param>
    /// <param name="limit">How many it wants; 0 for all.</param>
    public static int Width(long stored, long limit, bool selects)
    {
        var looked = selects || limit <= 0 ? stored : Math.Min(stored, limit);
        return (int)Math.Clamp((looked + ObjectsPerSeat - 1) / ObjectsPerSeat, 1, SeatsMax);
    }

    private async ValueTask<int> WidthAsync(IQueryCollection query, ApiRequest request, AccessRequest access, CancellationToken stop)
    {
        if (request.Resource is not { } resource || access.Name.Length > 0
            || (request.Verb != "list" && !(request.Verb == "watch" && query.IsTrue("sendInitialEvents")))
            || kinds.Current.Find(resource.Group, request.Version, resource.Resource) is not { } served)
        {
            return 1;
        }

        var selects = !string.IsNullOrEmpty(query.First("labelSelector")) || access.FieldSelector.Length > 0;
        return Width(await lists.CountAsync(served, request.Namespace, stop), LimitOf(query.First("limit")), selects);
    }

    // What is no number is refused later, in words.
    private static long LimitOf(string? text) => long.TryParse(text, out var limit) ? limit : 0;
}
