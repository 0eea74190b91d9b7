using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Fairness;

/// <summary>
/// Bounds how many requests are answered at once, those that read and those that write by themselves. Whoever administers the cluster
/// is never kept waiting, nor is who asks for its health; what takes as long as somebody looks takes no turn.
/// </summary>
internal sealed class RequestFairness(TurnLimits reading, TurnLimits writing, TimeProvider time)
{
    public RequestTurns Reading { get; } = new(reading, time);

    public RequestTurns Writing { get; } = new(writing, time);

    /// <exception cref="ApiError">TooManyRequests.</exception>
    public ValueTask<RequestTurns.Turn> TakeAsync(UserInfo user, ApiRequest request, CancellationToken stop) =>
        request.IsLongRunning || user.IsIn(Users.Masters) || request.Path is "/healthz" or "/livez" or "/readyz" ? default
        : (request.Verb is "get" or "list" ? Reading : Writing).TakeAsync(user.Username ?? "", stop);
}
