using System.Net;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Fairness;
using Coppice.ApiServer.Proxying;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Responses;
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
    public async ValueTask<bool> TryHandleAsync(HttpContext http, ApiRequest asked, UserInfo user)
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
        if (asked.IsLongRunning || answer.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            // It has begun, and from here on keeps nobody waiting.
            RequestScope.Find<Seat>(http)?.Dispose();
        }

        if (answer.StatusCode == HttpStatusCode.SwitchingProtocols && upgrade is not null)
        {
            await UpgradedConnection.CarryAsync(http, upgrade, answer);
            return true;
        }

        await AnswerAsync(http, answer);
        return true;
    }

    private RemoteApi? Find(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["apis", var group, var version, ..] => remote.Find(group, version),
        ["openapi", "v3", "apis", var group, var version] when remote.Find(group, version) is { Described.Version3: not null } api => api,
        _ => null,
    };

    private static HttpRequestMessage RequestTo(HttpContext http, RemoteApi api, bool upgrade)
    {
        var path = http.Request.Path.ToUriComponent() + http.Request.QueryString.ToUriComponent();
        var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), RemoteApiClient.UrlOf(api, path));
        if (!upgrade && http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            request.Content = new PassedBody(http);
        }

        ProxyHeaders.CopyRequest(http, request, http.Request.Path.ToUriComponent());

        // The name by which the client called this server is not that of who is asked now: their certificate would not be for it.
        request.Headers.Host = null;
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
        if ((int)answer.StatusCode is >= 300 and < 400 && answer.Headers.NonValidated.Contains("Location"))
        {
            // The client would go there with what it shows to this server.
            await ResponseWriter.WriteTextAsync(http, "the backend attempted to redirect this request, which is not permitted", StatusCodes.Status502BadGateway);
            return;
        }

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
