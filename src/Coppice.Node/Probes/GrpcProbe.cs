using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Coppice.Node.Runtime.Grpc;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Probes;

/// <summary>
/// grpc: asks grpc.health.v1.Health/Check over HTTP/2 without TLS; SERVING is healthy. Failures are told in the kubelet's words, and those of
/// the gRPC library that it is built with. Every attempt has a connection of its own.
/// </summary>
internal sealed class GrpcProbe(TimeProvider time)
{
    private const int AnswerBytesMax = 64 * 1024;
    private const string ContentType = "application/grpc";

    /// <summary>Before a server that refused the connection is tried again.</summary>
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(100);

    // By the error codes of HTTP/2, as they are told and as gRPC's clients take them.
    private static readonly (string Name, GrpcCode Code)[] Resets =
    [
        ("NO_ERROR", GrpcCode.Internal),
        ("PROTOCOL_ERROR", GrpcCode.Internal),
        ("INTERNAL_ERROR", GrpcCode.Internal),
        ("FLOW_CONTROL_ERROR", GrpcCode.ResourceExhausted),
        ("SETTINGS_TIMEOUT", GrpcCode.Internal),
        ("STREAM_CLOSED", GrpcCode.Internal),
        ("FRAME_SIZE_ERROR", GrpcCode.Internal),
        ("REFUSED_STREAM", GrpcCode.Unavailable),
        ("CANCEL", GrpcCode.Canceled),
        ("COMPRESSION_ERROR", GrpcCode.Internal),
        ("CONNECT_ERROR", GrpcCode.Internal),
        ("ENHANCE_YOUR_CALM", GrpcCode.ResourceExhausted),
        ("INADEQUATE_SECURITY", GrpcCode.PermissionDenied),
        ("HTTP_1_1_REQUIRED", GrpcCode.Internal),
    ];

    private static readonly string[] Statuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

    public async ValueTask<ProbeOutcome> AskAsync(string host, GRPCAction call, TimeSpan limit, CancellationToken stop)
    {
        var target = HostPort.Of(host, call.Port);
        ProbeLine? line = null;
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, ending) => line = await ProbeLine.ConnectAsync(context.DnsEndPoint, ending),
        });
        using var late = new CancellationTokenSource(limit.ForTimer(), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            using var response = await ConnectAndSendAsync(http, $"http://{target}/grpc.health.v1.Health/Check", call.Service ?? "", () => IsReached(line), both.Token);
            ThrowUnlessGrpc(response);
            // Whatever a program sends, a probe must not fill the node's memory with it.
            await response.Content.LoadIntoBufferAsync(AnswerBytesMax, both.Token);
            var body = await response.Content.ReadAsByteArrayAsync(both.Token);
            GrpcTrailers.ThrowUnlessOk(response);
            return Read(body);
        }
        catch (GrpcException failed)
        {
            return Failure(failed, limit);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return IsReached(line) ? TooLate(limit)
                : ProbeOutcome.Failure($"timeout: failed to connect service \"{target}\" within {GoDuration.Write(limit)}: context deadline exceeded");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return Failure(line is not null && Http2Frames.ResetIn(line.Beginning) is { } error ? Ended(error) : Lost(line, broken), limit);
        }
    }

    private static GrpcException Ended(uint error)
    {
        var (name, code) = error < Resets.Length ? Resets[error] : ($"unknown error code 0x{error:x}", GrpcCode.Unknown);
        return new(code, $"stream terminated by RST_STREAM with error code: {name}");
    }

    private static GrpcException Lost(ProbeLine? line, Exception broken) =>
        new(GrpcCode.Unavailable, $"error reading from server: {line?.Broken(broken) ?? broken.GetBaseException().Message}");

    private static bool IsReached(ProbeLine? line) => line is not null && Http2Frames.AreHttp2(line.Beginning);

    private static ProbeOutcome Failure(GrpcException failed, TimeSpan limit) => failed.Code switch
    {
        GrpcCode.Unimplemented => ProbeOutcome.Failure($"error: this server does not implement the grpc health protocol (grpc.health.v1.Health): {failed.Message}"),
        GrpcCode.DeadlineExceeded => TooLate(limit),
        _ => ProbeOutcome.Failure($"error: health rpc probe failed: {failed.Description}"),
    };

    private static ProbeOutcome TooLate(TimeSpan limit) => ProbeOutcome.Failure($"timeout: health rpc did not complete within {GoDuration.Write(limit)}");

    // As the kubelet, which goes on trying to connect for as long as the probe may take, also to who speaks something else.
    private async ValueTask<HttpResponseMessage> ConnectAndSendAsync(HttpMessageInvoker http, string method, string service, Func<bool> isConnected, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, method)
                {
                    Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(Question(service)),
                };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
                request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
                request.Headers.TryAddWithoutValidation("User-Agent", HttpProbe.UserAgent);
                return await http.SendAsync(request, stop);
            }
            catch (Exception refused) when (refused is HttpRequestException or IOException && !isConnected())
            {
                await Task.Delay(ConnectPause, time, stop);
            }
        }
    }

    /// <exception cref="GrpcException">It is the answer of a server that knows nothing of gRPC.</exception>
    private static void ThrowUnlessGrpc(HttpResponseMessage response)
    {
        var type = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : null;
        var isGrpc = type is not null && type.StartsWith(ContentType, StringComparison.Ordinal) && (type.Length == ContentType.Length || type[ContentType.Length] is '+' or ';');
        if (isGrpc && response.StatusCode == HttpStatusCode.OK)
        {
            return;
        }

        string?[] wrong =
        [
            response.StatusCode == HttpStatusCode.OK ? null : $"unexpected HTTP status code received from server: {(int)response.StatusCode} ({response.ReasonPhrase})",
            isGrpc ? null : type is null ? "malformed header: missing HTTP content-type" : $"transport: received unexpected content-type \"{type}\"",
        ];
        throw new GrpcException(CodeOf(response.StatusCode), string.Join("; ", wrong.OfType<string>()));
    }

    private static GrpcCode CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => GrpcCode.Internal,
        HttpStatusCode.Unauthorized => GrpcCode.Unauthenticated,
        HttpStatusCode.Forbidden => GrpcCode.PermissionDenied,
        HttpStatusCode.NotFound => GrpcCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => GrpcCode.Unavailable,
        _ => GrpcCode.Unknown,
    };

    private static ProbeOutcome Read(byte[] body)
    {
        // HealthCheckResponse has one field, an enum with number 1; zero is left out.
        var status = body.Length >= GrpcFrame.HeaderBytes + 2 && body[GrpcFrame.HeaderBytes] == 0x08 ? body[GrpcFrame.HeaderBytes + 1] : 0;
        return status == 1
            ? ProbeOutcome.Success
            : ProbeOutcome.Failure($"service unhealthy (responded with \"{(status < Statuses.Length ? Statuses[status] : status.ToString(CultureInfo.InvariantCulture))}\")");
    }

    private static byte[] Question(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        using var message = new MemoryStream();
        if (name.Length > 0)
        {
            message.WriteByte(0x0A);
            for (var rest = (uint)name.Length; ; rest >>= 7)
            {
                message.WriteByte((byte)(rest < 0x80 ? rest : (rest & 0x7F) | 0x80));
                if (rest < 0x80)
                {
                    break;
                }
            }

            message.Write(name);
        }

        var frame = new byte[GrpcFrame.HeaderBytes + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.ToArray().CopyTo(frame, GrpcFrame.HeaderBytes);
        return frame;
    }
}
