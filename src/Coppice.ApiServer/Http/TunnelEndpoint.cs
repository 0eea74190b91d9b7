using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects.Authentication;
using Coppice.Streaming.Tunnels;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>Where agents of nodes offer the tunnels by which this server reaches them: each its own, whatever else it may do.</summary>
internal sealed class TunnelEndpoint(AgentTunnels tunnels)
{
    /// <summary>True if the path was one of these.</summary>
    /// <param name="stopping">The server goes.</param>
    /// <exception cref="ApiError">Forbidden: whoever asks is no agent of a node.</exception>
    public async ValueTask<bool> TryHandleAsync(HttpContext http, UserInfo user, CancellationToken stopping)
    {
        if (!TunnelProtocol.Serves(http.Request.Path.Value ?? ""))
        {
            return false;
        }

        var node = NodeIdentity.Of(user) is { Length: > 0 } name
            ? name
            : throw ApiErrors.ForbiddenPath(user.Name, http.Request.Method.ToLowerInvariant(), http.Request.Path.Value!, "a tunnel leads to the node whose agent offers it");
        await tunnels.HandleAsync(http, node, stopping);
        return true;
    }
}
