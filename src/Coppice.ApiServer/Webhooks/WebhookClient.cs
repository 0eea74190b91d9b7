using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Coppice.Client;
using Coppice.Client.Tracing;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Webhooks;

/// <summary>
/// Asks webhooks: admission's and those that convert. A question is posted as JSON over TLS, to an address or to a service of the cluster;
/// connections are kept for the next question, redirects are not followed, and what is answered is read up to a bound.
/// </summary>
internal sealed class WebhookClient(ServiceDialer dialer, TimeProvider time)
{
    /// <summary>How much a webhook may answer: as much as a client may send.</summary>
    public const int AnswerBytesMax = 3 * 1024 * 1024;

    // Each has its connections, and each bundle of certificates its own of these: more than anybody has, and not without end.
    private const int TransportsMax = 200;

    // A service's address leads to the pods of the day: not for ever to those of yesterday.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<(bool IsService, Base64Data CaBundle), HttpMessageInvoker> _transports = new();

    /// <param name="timeout">How long it may take from the first to the last byte; the webhook is told.</param>
    /// <returns>The body of an answer that was no refusal.</returns>
    /// <exception cref="WebhookException">There is none.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> PostAsync(WebhookClientConfig webhook, ReadOnlyMemory<byte> json, TimeSpan timeout, CancellationToken stop)
    {
        var url = $"{UrlOf(webhook)}?timeout={timeout.TotalSeconds:0}s";
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        using var span = Traces.Begin("webhook", ActivityKind.Client);
        span?.SetTag("url.full", url);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(json) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.TryAddWithoutValidation("Accept", "application/json, */*");
            request.Headers.TryAddWithoutValidation("User-Agent", "kube-apiserver-admission");
            if (span?.Id is { } id)
            {
                request.Headers.TryAddWithoutValidation("traceparent", id);
            }

            if (webhook.Service is { } service)
            {
                ServiceDialer.Mark(request, new ObjectKey(service.Namespace, service.Name), service.Port);
            }

            using var answer = await TransportOf(webhook).SendAsync(request, either.Token);
            var body = await ReadAsync(answer.Content, either.Token);
            return !answer.IsSuccessStatusCode ? throw Refusal(answer, body)
                : body.IsEmpty ? throw new WebhookException(
                    $"0-length response with status code: {(int)answer.StatusCode} and content type: {answer.Content.Headers.ContentType}")
                : body;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw Failed("context deadline exceeded", null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or UriFormatException or ApiException or ArgumentException)
        {
            throw Failed(NetworkFailure.Words(e), e);
        }

        WebhookException Failed(string why, Exception? e)
        {
            span.Fail(why);
            return new($"Post \"{url}\": {why}", e);
        }
    }

    private static string UrlOf(WebhookClientConfig webhook)
    {
        if (webhook.Service is not { } service)
        {
            return webhook.Url ?? throw new WebhookException("webhook configuration must have either service or URL");
        }

        var path = service.Path is null or "" ? "/" : service.Path[0] == '/' ? service.Path : $"/{service.Path}";
        return $"https://{service.Name}.{service.Namespace}.svc:{service.Port ?? ServiceDialer.HttpsPort}{path}";
    }

    private HttpMessageInvoker TransportOf(WebhookClientConfig webhook)
    {
        if (_transports.Count >= TransportsMax)
        {
            _transports.Clear();
        }

        return _transports.GetOrAdd((webhook.Service is not null, webhook.CaBundle), NewTransport);
    }

    private HttpMessageInvoker NewTransport((bool IsService, Base64Data CaBundle) of)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = ConnectionLifetime,
            ConnectCallback = dialer.ConnectAsync,
        };
        ServerTrust.Require(handler.SslOptions, of.CaBundle.Bytes.Span);
        return new HttpMessageInvoker(handler);
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken stop)
    {
        await using var stream = await content.ReadAsStreamAsync(stop);
        var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, stop) is > 0 and var count)
        {
            if (body.Length + count > AnswerBytesMax)
            {
                throw new IOException($"the answer is larger than {AnswerBytesMax} bytes");
            }

            body.Write(buffer, 0, count);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    /// <summary>In the words of Kubernetes' client for a server that refuses and does not say why in a Status.</summary>
    private static WebhookException Refusal(HttpResponseMessage answer, ReadOnlyMemory<byte> body)
    {
        var isText = answer.Content.Headers.ContentType?.MediaType?.StartsWith("text/", StringComparison.Ordinal) == true;
        var said = isText ? Encoding.UTF8.GetString(body.Span).Trim() : "unknown";
        var code = (int)answer.StatusCode;
        return new WebhookException(StatusOf(body) ?? code switch
        {
            400 => "the server rejected our request for an unknown reason",
            401 => "the server has asked for the client to provide credentials",
            403 or 406 or 415 => said,
            404 => "the server could not find the requested resource",
            405 => "the server does not allow this method on the requested resource",
            409 => "the server reported a conflict",
            422 => "the server rejected our request due to an error in our request",
            429 => "the server has received too many requests and has asked us to try again later",
            503 => "the server is currently unable to handle the request",
            504 => "the server was unable to return a response in the time allotted, but may still be processing the request",
            >= 500 => $"an error on the server ({QuotedText.Of(said)}) has prevented the request from succeeding",
            _ => $"the server responded with the status code {code} but did not return more information",
        });
    }

    private static string? StatusOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            return ApiJson.Read<ApiStatus>(body.Span) is { Kind: "Status", ApiVersion: "v1", Status: "Failure", Message: { } message } ? message : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
