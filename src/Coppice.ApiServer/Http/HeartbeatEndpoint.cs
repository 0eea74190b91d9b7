using System.Text.Json;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Client.Heartbeats;
using Coppice.Objects.Authentication;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>
/// Where agents say that they live. It is not of Kubernetes' API, and no request waits before it: who is overrun with requests must not
/// take its nodes for dead. A node speaks for itself alone, so that its certificate is all the right it needs.
/// </summary>
/// <param name="take">Hears the heartbeat of a node, with what is cancelled when its connection is closed.</param>
internal sealed class HeartbeatEndpoint(Func<string, Beat, CancellationToken, BeatAnswer> take)
{
    public static bool Is(HttpContext http) => http.Request.Path.Value == HttpHeartbeatLine.Path;

    public async Task HandleAsync(HttpContext http, UserInfo agent)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            throw ApiErrors.MethodNotAllowed();
        }

        if (NodeIdentity.Of(agent) is not { Length: > 0 } node)
        {
            throw ApiErrors.ForbiddenPath(agent.Name, "post", HttpHeartbeatLine.Path);
        }

        var beat = Read(await RequestBody.ReadAsync(http));
        var closed = http.Features.Get<IConnectionLifetimeFeature>()?.ConnectionClosed ?? default;
        var answer = take(node, beat, closed);
        await http.Response.WriteAsJsonAsync(answer, HeartbeatJsonContext.Default.BeatAnswer, cancellationToken: http.RequestAborted);
    }

    private static Beat Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body.Span, HeartbeatJsonContext.Default.Beat) is { Session: not null, Guarded: not null } beat
                ? beat
                : throw ApiErrors.BadRequest("a heartbeat has a session and what is guarded");
        }
        catch (JsonException e)
        {
            throw ApiErrors.BadRequest($"no heartbeat: {e.Message}");
        }
    }
}
