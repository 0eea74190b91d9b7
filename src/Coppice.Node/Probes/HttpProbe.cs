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
internal sealed class HttpProbe(TimeProvider time)
{
    private const int RedirectsMax = 10;

    /// <summary>How much of an answer a warning tells; the kubelet's limit.</summary>
    private const int BodyBytesMax = 10 * 1024;

    internal const string UserAgent = "kube-probe/1.36";

    public async ValueTask<ProbeOutcome> GetAsync(HTTPGetAction get, string host, int port, TimeSpan limit, CancellationToken stop)
    {
        var scheme = get.Scheme is { Length: > 0 } given ? given.ToLowerInvariant() : "http";
        var path = get.Path is { Length: > 0 } own ? own.StartsWith('/') ? own : "/" + own : "/";
        var text = $"{scheme}://{HostPort.Of(host, port)}{path}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            return ProbeOutcome.Failure($"parse \"{text}\": invalid URL");
        }

        ProbeLine? line = null;
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true, CertificateChainPolicy = OfflineChain.PolicyOf() },
            ConnectCallback = async (context, ending) => line = await ProbeLine.ConnectAsync(context.DnsEndPoint, ending),
        });
        using var late = new CancellationTokenSource(limit.ForTimer(), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            return await FollowAsync(http, get, url, both.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            var waiting = line is null ? $"dial tcp {HostPort.Of(host, port)}: i/o timeout" : "context deadline exceeded";
            return ProbeOutcome.Failure($"Get \"{text}\": {waiting} (Client.Timeout exceeded while awaiting headers)");
        }
        catch (HttpRequestException failed)
        {
            return ProbeOutcome.Failure($"Get \"{text}\": {Describe(failed, line, host, port)}");
        }
    }

    private static async ValueTask<ProbeOutcome> FollowAsync(HttpMessageInvoker http, HTTPGetAction get, Uri url, CancellationToken stop)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = Request(get, url);
            using var response = await http.SendAsync(request, stop);
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

    private static string Describe(HttpRequestException failed, ProbeLine? line, string host, int port)
    {
        if (failed.InnerException is SocketException socket)
        {
            return $"dial tcp {HostPort.Of(host, port)}: {ProbeErrors.Connect(socket, host)}";
        }

        var heard = line is null ? [] : line.Beginning;
        if (failed.InnerException is AuthenticationException)
        {
            return heard.StartsWith("HTTP/"u8) ? "http: server gave HTTP response to HTTPS client" : TlsAlert.In(heard) ?? "tls: handshake failure: " + failed.InnerException.Message;
        }

        if (failed.HttpRequestError is HttpRequestError.InvalidResponse)
        {
            var first = heard.IndexOf((byte)'\n') is >= 0 and var end ? heard[..end] : heard;
            var why = heard.StartsWith("HTTP/"u8) ? failed.Message.ReplaceLineEndings("") : $"malformed HTTP response {QuotedText.Of(first.TrimEnd((byte)'\r'))}";
            return $"net/http: HTTP/1.x transport connection broken: {why}";
        }

        return line?.Broken(failed) ?? failed.Message;
    }
}
