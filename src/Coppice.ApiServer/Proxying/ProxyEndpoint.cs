using System.IO.Compression;
using System.IO.Pipelines;
using System.Net;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coppice.ApiServer.Proxying;

/// <summary>
/// Hands requests on to pods, services and nodes, and their answers back, both as they come. Nothing is kept of a connection: an
/// address may be another pod's a moment later.
/// </summary>
internal sealed class ProxyEndpoint(ApiVerbs verbs, ProxyLocator locator, ProxyClients clients)
{
    /// <param name="connection">Of the resource, with the name as it stands in the path.</param>
    public async Task HandleAsync(HttpContext http, WriteRequest connection)
    {
        await verbs.Admissions.ConnectAsync(connection, http.RequestAborted);
        var location = await locator.FindAsync(connection.Kind, connection.Key, http.RequestAborted);
        var address = AddressOf(http.Request, connection.Kind);
        var upgrade = http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } feature ? feature : null;
        if (upgrade is null && address.Inside.Length == 0 && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)))
        {
            // Pages link to what lies beside them: without the slash, that would be beside the proxy.
            http.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            http.Response.Headers.Location = $"{address.Outside}/{http.Request.QueryString}";
            return;
        }

        if (location.PortProblem is { } problem)
        {
            throw Unreachable(problem);
        }

        using var request = RequestTo(http, location, address, upgrade is not null);
        using var answer = await SendAsync(request, location, http.RequestAborted);
        if (answer.StatusCode == HttpStatusCode.SwitchingProtocols && upgrade is not null)
        {
            await UpgradedConnection.CarryAsync(http, upgrade, answer);
            return;
        }

        if (upgrade is not null && (int)answer.StatusCode < StatusCodes.Status400BadRequest)
        {
            throw ApiErrors.InternalError($"invalid upgrade response: status code {(int)answer.StatusCode}");
        }

        if (answer.StatusCode < HttpStatusCode.OK)
        {
            throw Unreachable($"malformed HTTP status code \"{(int)answer.StatusCode:000}\"");
        }

        await AnswerAsync(http, answer, location, address);
    }

    private static ApiError Unreachable(string why) => ApiErrors.ServiceUnavailable($"error trying to reach service: {why}");

    private static ProxyAddress AddressOf(HttpRequest request, Kind kind)
    {
        // "/api/v1/namespaces/NAMESPACE/pods/NAME/proxy" and "/api/v1/nodes/NAME/proxy"; what lies behind may be anything.
        var path = request.Path.ToUriComponent();
        var end = 0;
        for (var segments = kind.Namespaced ? 7 : 5; segments > 0; segments--)
        {
            while (path[end] == '/')
            {
                end++;
            }

            end = path.IndexOf('/', end) is >= 0 and var slash ? slash : path.Length;
        }

        return new ProxyAddress(path[..end], path[end..]);
    }

    private static HttpRequestMessage RequestTo(HttpContext http, ProxyLocation location, ProxyAddress address, bool upgrade)
    {
        var query = http.Request.QueryString.ToUriComponent();
        var request = new HttpRequestMessage(
            new HttpMethod(http.Request.Method), new Uri($"{location.Scheme}://{location.Authority}{(address.Inside.Length == 0 ? "/" : address.Inside)}{query}"))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (!upgrade && http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            request.Content = new PassedBody(http);
        }

        ProxyHeaders.CopyRequest(http, request, address.Outside + address.Inside);
        if (upgrade)
        {
            request.Headers.Connection.Add("Upgrade");
            request.Headers.TryAddWithoutValidation("Upgrade", (IEnumerable<string?>)http.Request.Headers.Upgrade);
        }

        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, ProxyLocation location, CancellationToken stop)
    {
        try
        {
            return await clients.Of(location).SendAsync(request, stop);
        }
        catch (Exception e) when (ProxyClients.WhyUnreached(e, location, stop) is { } why)
        {
            throw Unreachable(why);
        }
    }

    private static async Task AnswerAsync(HttpContext http, HttpResponseMessage answer, ProxyLocation location, ProxyAddress address)
    {
        var response = http.Response;
        response.StatusCode = (int)answer.StatusCode;
        ProxyHeaders.CopyAnswer(answer, response);
        if (!ProxyHeaders.HasBody(answer.StatusCode))
        {
            return;
        }

        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        string Turned(string link) => address.OutsideOf(link, location.Authority, http.Request.Host.Value ?? "");
        var pageEncoding = PageEncodingOf(http, answer);
        if (response.Headers.Location.First() is { Length: > 0 } redirect)
        {
            response.Headers.Location = Turned(redirect);
            pageEncoding = null;
        }

        try
        {
            var body = await answer.Content.ReadAsStreamAsync(http.RequestAborted);
            await (pageEncoding is null
                ? PassedBody.PassAsync(body, response.Body, http.RequestAborted)
                : PassPageAsync(body, response, new HtmlLinks(Turned), pageEncoding == "gzip", http.RequestAborted));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            // Half an answer must not look like a whole one.
            http.Abort();
        }
    }

    /// <summary>How a page is packed whose links can be turned round: "gzip", or not at all; null for what is no page.</summary>
    private static string? PageEncodingOf(HttpContext http, HttpResponseMessage answer)
    {
        var encoding = string.Join(",", answer.Content.Headers.ContentEncoding);
        return answer.Content.Headers.ContentType?.MediaType == "text/html"
            && encoding is ("" or "gzip")
            && !HttpMethods.IsHead(http.Request.Method)
            ? encoding
            : null;
    }

    private static async Task PassPageAsync(Stream from, HttpResponse to, HtmlLinks links, bool packed, CancellationToken stop)
    {
        to.ContentLength = null;
        if (!packed)
        {
            await links.PassAsync(from, to.Body, stop);
            return;
        }

        // Before anything is said: what is not packed as it claims is no answer.
        await using var unpacked = new GZipStream(from, CompressionMode.Decompress);
        var page = PipeReader.Create(unpacked);
        try
        {
            page.AdvanceTo((await page.ReadAsync(stop)).Buffer.Start);
        }
        catch (InvalidDataException)
        {
            throw Unreachable("errors making gzip reader: gzip: invalid header");
        }

        await using var packing = new GZipStream(to.Body, CompressionLevel.Fastest, leaveOpen: true);
        await using var whole = page.AsStream();
        await links.PassAsync(whole, packing, stop);
    }
}
