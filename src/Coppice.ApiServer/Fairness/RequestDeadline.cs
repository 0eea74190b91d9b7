using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Fairness;

/// <summary>
/// The time that a request has, to its last byte: what reads its answer a byte at a time keeps its turn no longer. A client may ask
/// for less by the parameter "timeout".
/// </summary>
internal sealed class RequestDeadline : IDisposable
{
    /// <summary>Kubernetes' limit.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly HttpContext _http;
    private readonly CancellationToken _aborted;
    private readonly CancellationTokenSource _ended;
    private readonly CancellationTokenRegistration _whenAborted;

    private RequestDeadline(HttpContext http, TimeSpan span, TimeProvider time)
    {
        (_http, _aborted) = (http, http.RequestAborted);
        _ended = new CancellationTokenSource(span, time);
        _whenAborted = _aborted.UnsafeRegister(static ended => ((CancellationTokenSource)ended!).Cancel(), _ended);
        http.RequestAborted = _ended.Token;
    }

    /// <summary>The time is up, and the client is still there.</summary>
    public bool IsPast => _ended.IsCancellationRequested && !_aborted.IsCancellationRequested;

    /// <summary>From here on whatever waits for the request's end waits for its time as well. Null for what may take as long as somebody looks.</summary>
    /// <exception cref="ApiError">BadRequest: the time that is asked for is none.</exception>
    public static RequestDeadline? Of(HttpContext http, ApiRequest request, TimeProvider time) =>
        request.IsLongRunning ? null : new RequestDeadline(http, Span(http.Request.Query.First("timeout")), time);

    /// <summary>The request goes on in another protocol, and from here on has all the time that its two sides take.</summary>
    public static void Lift(HttpContext http) => RequestScope.Find<RequestDeadline>(http)?.Dispose();

    /// <summary>What comes after the request, such as a refusal, is written as to any client.</summary>
    public void Dispose()
    {
        _http.RequestAborted = _aborted;
        _whenAborted.Dispose();
        _ended.Dispose();
    }

    private static TimeSpan Span(string? asked)
    {
        if (string.IsNullOrEmpty(asked))
        {
            return Longest;
        }

        var span = GoDuration.Read(asked, out var error) ?? throw ApiErrors.BadRequest($"invalid timeout specified in the request URL - {error}");
        return span > TimeSpan.Zero && span < Longest ? span : Longest;
    }
}
