using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Probes;

/// <summary>
/// httpGet: 200 to 399 is healthy. Redirects are followed on the same host alone; one to another host is a success with a warning,
/// as with the kubelet. Certificates are not checked. Every attempt has a connection of its own.
/// </summary>
internal sealed class HttpProbe(TimeProvider time) : IDisposable
{
    private const int RedirectsMax = 10;

    /// <summary>How much of an answer a warning tells; the kubelet's limit.</summary>
    private const int BodyBytesMax = 10 * 1024;

    internal const string UserAgent = "kube-probe/1.36";

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true, CertificateChainPolicy = OfflineChain.PolicyOf() },
    });

    public async ValueTask<ProbeOutcome> GetAsync(HTTPGetAction get, string host, int port, TimeSpan limit, CancellationToken stop)
    {
        var scheme = get.Scheme is { Length: > 0 } given ? given.ToLowerInvariant() : "http";
        var path = get.Path is { Length: > 0 } own ? own.StartsWith('/') ? own : "/" + own : "/";
        var text = $"{scheme}://{HostPort.Of(host, port)}{path}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            return ProbeOutcome.Failure($"parse \"{text}\": invalid URL");
        }

        using var late = new CancellationTokenSource(limit.ForTimer(), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            return await FollowAsync(get, url, both.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return ProbeOutcome.Failure($"Get \"{text}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
        }
        catch (HttpRequestException failed)
        {
            return ProbeOutcome.Failure($"Get \"{text}\": {Describe(failed, host, port)}");
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<ProbeOutcome> FollowAsync(HTTPGetAction get, Uri url, CancellationToken stop)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = Request(get, url);
            using var response = await _http.SendAsync(request, stop);
            var status = (int)response.StatusCode;
            if (response.Headers.Location is { } location && response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
                or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
            {
                if (!Uri.TryCreate(url, location, out var next))
                {
                    return ProbeOutcome.Failure($"Get \"{url}\": failed to parse Location header \"{location.OriginalString}\"");
                }

                if (next.Host != url.Host)
                {
                    return await StoppedAsync(response, stop);
                }

                if (redirects == RedirectsMax)
                {
                    return ProbeOutcome.Failure($"Get \"{next}\": stopped after {RedirectsMax} redirects");
                }

                if (next.Scheme is not ("http" or "https"))
                {
                    return ProbeOutcome.Failure($"Get \"{next}\": unsupported protocol scheme \"{next.Scheme}\"");
                }

                url = next;
                continue;
            }

            return status switch
            {
                >= 200 and < 300 => ProbeOutcome.Success,
                >= 300 and < 400 => await StoppedAsync(response, stop),
                _ => ProbeOutcome.Failure($"HTTP probe failed with statuscode: {status}"),
            };
        }
    }

    private static async ValueTask<ProbeOutcome> StoppedAsync(HttpResponseMessage response, CancellationToken stop)
    {
        await using var body = await response.Content.ReadAsStreamAsync(stop);
        var bytes = new byte[BodyBytesMax];
        var count = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, stop);
        return ProbeOutcome.Warning($"Probe terminated redirects, Response body: {System.Text.Encoding.UTF8.GetString(bytes, 0, count)}");
    }

    private static HttpRequestMessage Request(HTTPGetAction get, Uri url)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.ConnectionClose = true;
        foreach (var header in get.HttpHeaders)
        {
            if (header.Name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                // As it stands: the property would refuse what a program may well be waiting for.
                request.Headers.TryAddWithoutValidation("Host", header.Value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(header.Name, header.Value);
            }
        }

        if (!get.HttpHeaders.Any(one => one.Name.Equals("User-Agent", StringComparison.OrdinalIgnoreCase)))
        {
            request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        }

        if (!get.HttpHeaders.Any(one => one.Name.Equals("Accept", StringComparison.OrdinalIgnoreCase)))
        {
            request.Headers.TryAddWithoutValidation("Accept", "*/*");
        }

        return request;
    }

    private static string Describe(HttpRequestException failed, string host, int port)
    {
        if (failed.HttpRequestError is HttpRequestError.ResponseEnded)
        {
            return "EOF";
        }

        if (failed.InnerException is SocketException socket)
        {
            return $"dial tcp {HostPort.Of(host, port)}: {ProbeErrors.Connect(socket, host)}";
        }

        if (failed.InnerException is AuthenticationException)
        {
            return "tls: handshake failure: " + failed.InnerException.Message;
        }

        if (failed.InnerException is IOException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionReset } })
        {
            return "read: connection reset by peer";
        }

        return failed.HttpRequestError is HttpRequestError.InvalidResponse ? "net/http: HTTP/1.x transport connection broken: malformed HTTP response" : failed.Message;
    }
}
