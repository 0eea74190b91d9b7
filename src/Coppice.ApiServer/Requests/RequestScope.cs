using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Fairness;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Requests;

/// <summary>
/// What goes with a request over HTTP. One for all of it: each feature that a request is given has the server look for all others anew.
/// </summary>
/// <param name="body">How long its body is waited for.</param>
internal sealed class RequestScope(BodyDeadline body)
{
    /// <summary>What is told of the request; null for nothing.</summary>
    public AuditTrail? Trail { get; set; }

    /// <summary>Null for what takes as long as somebody looks.</summary>
    public RequestDeadline? Deadline { get; set; }

    public BodyDeadline Body => body;

    /// <summary>What it is answered in; null before its turn, and for what takes none.</summary>
    public Seat? Seat { get; set; }

    /// <summary>For a request that comes, before anybody looks at it.</summary>
    public static RequestScope Begin(HttpContext http, BodyDeadline body)
    {
        var scope = new RequestScope(body);
        http.Features.Set(scope);
        return scope;
    }

    /// <summary>That of a request; null for one that did not come by the pipeline.</summary>
    public static RequestScope? Of(HttpContext http) => http.Features.Get<RequestScope>();
}
