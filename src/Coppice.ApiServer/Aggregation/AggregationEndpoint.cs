using System.Net;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Proxying;
using Coppice.ApiServer.Webhooks;
using Coppice.Client;
using Coppice.Objects.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coppice.ApiServer.Aggregation;

/// <summary>Hands requests on to those who serve that part of the API, and their answers back, watches and upgrades included.</summary>
internal sealed class AggregationEndpoint(RemoteApis remote, RemoteApiClient client)
{
    /// <param name="user">Who asks, and may: it was authorized.</param>
    /// <returns>False if this server serves that itself, or nobody does.</returns>
    /// <exception cref="ApiError">ServiceUnavailable, in plain text: nobody is there.</exception>
    public async ValueTask<bool> TryHandleAsync(HttpContext http, UserInfo user)
    {
        if (remote.All.IsEmpty || Find(http.Request.Path.Value ?? "") is not { } api)
        {
            return false;
        }

        if (!api.IsAvailable)
        {
            throw Unavailable("service unavailable");
        }

        var upgrade = http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } feature ? feature : null;
        using var request = RequestTo(http, api, upgrade is not null);
        using var answer = await SendAsync(api, request, user, http.RequestAborted);
        if (answer.StatusCode == HttpStatusCode.SwitchingProtocols && upgrade is not null)
        {
            await UpgradedConnection.CarryAsync(http, upgrade, answer);
            return true;
        }

        await AnswerAsync(http, answer);
        return true;
    }

    private RemoteApi? Find(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["apis", var group, var version, ..] ? remote.Find(group, version) : null;

    private static HttpRequestMessage RequestTo(HttpContext http, RemoteApi api, bool upgrade)
    {
        var path = http.Request.Path.ToUriComponent() + http.Request.QueryString.ToUriComponent();
        var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), RemoteApiClient.UrlOf(api, path));
        if (!upgrade && http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            request.Content = new PassedBody(http.Request.Body);
        }

        ProxyHeaders.CopyRequest(http, request, http.Request.Path.ToUriComponent());
        if (upgrade)
        {
            request.Headers.Connection.Add("Upgrade");
            request.Headers.TryAddWithoutValidation("Upgrade", (IEnumerable<string?>)http.Request.Headers.Upgrade);
        }

        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(RemoteApi api, HttpRequestMessage request, UserInfo user, CancellationToken stop)
    {
        try
        {
            return await client.SendAsync(api, request, user, stop);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ApiException)
        {
            throw Unavailable($"error trying to reach service: {NetworkFailure.Words(e)}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw Unavailable("error trying to reach service: context deadline exceeded");
        }
    }

    private static async Task AnswerAsync(HttpContext http, HttpResponseMessage answer)
    {
        http.Response.StatusCode = (int)answer.StatusCode;
        ProxyHeaders.CopyAnswer(answer, http.Response);
        if (!ProxyHeaders.HasBody(answer.StatusCode))
        {
            return;
        }

        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await PassedBody.PassAsync(await answer.Content.ReadAsStreamAsync(http.RequestAborted), http.Response.Body, http.RequestAborted);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // Half an answer must not look like a whole one.
            http.Abort();
        }
    }

    // As Kubernetes' it is no Status over HTTP.
    private static ApiError Unavailable(string why) => new(ApiErrors.ServiceUnavailable(why).Status, $"{why}\n");
}
