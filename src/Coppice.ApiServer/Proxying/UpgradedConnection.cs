using Coppice.ApiServer.Fairness;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coppice.ApiServer.Proxying;

/// <summary>A request that both sides agreed to go on with in another protocol.</summary>
internal static class UpgradedConnection
{
    /// <summary>Leaves HTTP on both sides and carries bytes until one of them ends.</summary>
    public static async Task CarryAsync(HttpContext http, IHttpUpgradeFeature upgrade, HttpResponseMessage answer)
    {
        RequestDeadline.Lift(http);
        ProxyHeaders.CopyAnswer(answer, http.Response);
        http.Response.Headers.Upgrade = answer.Headers.Upgrade.ToString();
        await using var client = await upgrade.UpgradeAsync();
        await using var target = await answer.Content.ReadAsStreamAsync(http.RequestAborted);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var there = CarryOneWayAsync(client, target, over);
        await CarryOneWayAsync(target, client, over);
        await there;
    }

    private static async Task CarryOneWayAsync(Stream from, Stream to, CancellationTokenSource over)
    {
        try
        {
            await PassedBody.PassAsync(from, to, over.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // One side has gone, or the other way has ended: then this one ends too.
        }

#pragma warning disable RS0030 // A connection that has left HTTP, which no simulation has: whoever waits in it is not to run on this thread.
        await over.CancelAsync();
#pragma warning restore RS0030
    }
}
