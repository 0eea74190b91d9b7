using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Probes;

/// <summary>grpc: asks grpc.health.v1.Health/Check over HTTP/2 without TLS; SERVING is healthy.</summary>
internal sealed class GrpcProbe(TimeProvider time) : IDisposable
{
    private const string Unimplemented = "12";
    private const int FrameHeaderLength = 5;
    private const int AnswerBytesMax = 64 * 1024;

    /// <summary>Before a server that refused the connection is tried again.</summary>
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(100);

    private static readonly string[] Statuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });

    public async ValueTask<ProbeOutcome> AskAsync(string host, GRPCAction call, TimeSpan limit, CancellationToken stop)
    {
        var target = HostPort.Of(host, call.Port);
        using var late = new CancellationTokenSource(limit.ForTimer(), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            using var response = await ConnectAndSendAsync(target, call.Service ?? "", both.Token);
            // Whatever a program sends, a probe must not fill the node's memory with it.
            await response.Content.LoadIntoBufferAsync(AnswerBytesMax, both.Token);
            var body = await response.Content.ReadAsByteArrayAsync(both.Token);
            return Read(response, body);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return ProbeOutcome.Failure($"timeout: failed to connect service \"{target}\" within {GoDuration.Write(limit)}: context deadline exceeded");
        }
        catch (HttpRequestException failed)
        {
            return ProbeOutcome.Failure($"error: health rpc probe failed: {failed.Message}");
        }
    }

    public void Dispose() => _http.Dispose();

    // As the kubelet, which goes on trying to connect for as long as the probe may take.
    private async ValueTask<HttpResponseMessage> ConnectAndSendAsync(string target, string service, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{target}/grpc.health.v1.Health/Check")
                {
                    Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(Question(service)),
                };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
                request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
                return await _http.SendAsync(request, stop);
            }
            catch (HttpRequestException refused) when (refused.HttpRequestError == HttpRequestError.ConnectionError)
            {
                await Task.Delay(ConnectPause, time, stop);
            }
        }
    }

    private static ProbeOutcome Read(HttpResponseMessage response, byte[] body)
    {
        var code = Header(response, "grpc-status") ?? "0";
        var message = Uri.UnescapeDataString(Header(response, "grpc-message") ?? "");
        if (code == Unimplemented)
        {
            return ProbeOutcome.Failure($"error: this server does not implement the grpc health protocol (grpc.health.v1.Health): {message}");
        }

        if (code != "0" || !response.IsSuccessStatusCode)
        {
            return ProbeOutcome.Failure($"error: health rpc probe failed: {message}");
        }
        // HealthCheckResponse has one field, an enum with number 1; zero is left out.
        var status = body.Length >= FrameHeaderLength + 2 && body[FrameHeaderLength] == 0x08 ? body[FrameHeaderLength + 1] : 0;
        return status == 1
            ? ProbeOutcome.Success
            : ProbeOutcome.Failure($"service unhealthy (responded with \"{(status < Statuses.Length ? Statuses[status] : status.ToString(System.Globalization.CultureInfo.InvariantCulture))}\")");
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var trailing) ? trailing.First()
        : response.Headers.TryGetValues(name, out var leading) ? leading.First() : null;

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

        var frame = new byte[FrameHeaderLength + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.ToArray().CopyTo(frame, FrameHeaderLength);
        return frame;
    }
}
