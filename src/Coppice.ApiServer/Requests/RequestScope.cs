using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Requests;

/// <summary>
/// What goes with a request over HTTP, by its type. One feature for all of it: with each that a request is given, the server looks for all
/// others anew. One request uses it, step by step.
/// </summary>
internal sealed class RequestScope
{
    // As many as there mostly are: how long the body is waited for, the deadline, the trail of the audit log, the seat.
    private readonly List<object> _parts = new(4);

    /// <summary>For a request that comes, before anybody looks at it.</summary>
    public static RequestScope Begin(HttpContext http)
    {
        var scope = new RequestScope();
        http.Features.Set(scope);
        return scope;
    }

    /// <summary>Of a request; null also for one that did not come by the pipeline.</summary>
    public static T? Find<T>(HttpContext http)
        where T : class => http.Features.Get<RequestScope>()?.Find<T>();

    public T? Find<T>()
        where T : class
    {
        foreach (var part in _parts)
        {
            if (part is T found)
            {
                return found;
            }
        }

        return null;
    }

    /// <returns>The same.</returns>
    public T? Add<T>(T? part)
        where T : class
    {
        if (part is not null)
        {
            _parts.Add(part);
        }

        return part;
    }
}
