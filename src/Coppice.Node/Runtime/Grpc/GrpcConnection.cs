using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Coppice.Objects;
using Google.Protobuf;

namespace Coppice.Node.Runtime.Grpc;

/// <summary>
/// A gRPC client for one Unix socket: HTTP/2 without TLS, unary calls and server streams. Calls run concurrently on one
/// connection, which is opened at the first call and again after it broke.
/// </summary>
/// <remarks>
/// A status other than OK is a <see cref="GrpcException"/>; a server that cannot be reached, or a connection that breaks during
/// the call, is a <see cref="RuntimeUnavailableException"/>.
/// </remarks>
internal sealed class GrpcConnection : IDisposable
{
    private static readonly MediaTypeHeaderValue ContentType = new("application/grpc");

    private readonly HttpMessageInvoker _http;
    private readonly string _socketPath;
    private readonly TimeProvider _time;

    public GrpcConnection(string socketPath, TimeProvider time)
    {
        _socketPath = socketPath;
        _time = time;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
        });
    }

    public string SocketPath => _socketPath;

    public void Dispose() => _http.Dispose();

    public async ValueTask<TResponse> CallAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken stop, TimeSpan? deadline = null, GrpcHeader? header = null)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        var limit = deadline ?? method.Deadline;
        using var expiry = new CancellationTokenSource(limit.ForTimer(), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, expiry.Token);
        try
        {
            using var response = await SendAsync(method.Path, request, limit, header, either.Token);
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            var answer = await GrpcFrame.ReadAsync(body, method.Responses, either.Token);
            await body.CopyToAsync(Stream.Null, either.Token);      // the trailers come after the last byte
            GrpcTrailers.ThrowUnlessOk(response);
            return answer ?? throw new GrpcException(GrpcCode.Internal, $"{method.Path} answered OK without a message");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested && expiry.IsCancellationRequested)
        {
            throw new GrpcException(GrpcCode.DeadlineExceeded, $"{method.Path} did not answer within {limit.TotalSeconds:0.###} s");
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            throw Unreachable(broken);
        }
    }

    public async IAsyncEnumerable<TResponse> StreamAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, [EnumeratorCancellation] CancellationToken stop)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        using var response = await ReachAsync(SendAsync(method.Path, request, method.Deadline, null, stop));
        await using var body = await response.Content.ReadAsStreamAsync(stop);
        while (await ReachAsync(GrpcFrame.ReadAsync(body, method.Responses, stop).AsTask()) is { } message)
        {
            yield return message;
        }

        GrpcTrailers.ThrowUnlessOk(response);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, IMessage message, TimeSpan deadline, GrpcHeader? header, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://runtime" + path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(GrpcFrame.Encode(message)),
        };
        request.Content.Headers.ContentType = ContentType;
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (deadline != Timeout.InfiniteTimeSpan)
        {
            request.Headers.TryAddWithoutValidation("grpc-timeout", GrpcTimeout.Write(deadline));
        }

        if (header is { } extra)
        {
            request.Headers.TryAddWithoutValidation(extra.Name, extra.Value);
        }

        var response = await _http.SendAsync(request, stop);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return response;
        }

        var status = (int)response.StatusCode;
        response.Dispose();
        throw new GrpcException(GrpcCode.Unknown, $"{path} answered with HTTP status {status}; is {_socketPath} a container runtime's socket?");
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socketPath), stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<T> ReachAsync<T>(Task<T> step)
    {
        try
        {
            return await step;
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            throw Unreachable(broken);
        }
    }

    // A connection that ends in the middle shows as any of these, depending on where in HTTP/2 it was.
    private static bool IsBroken(Exception exception) =>
        exception is HttpRequestException or IOException or SocketException or InvalidDataException or ObjectDisposedException;

    private RuntimeUnavailableException Unreachable(Exception cause) =>
        new($"The container runtime at {_socketPath} cannot be reached: {cause.GetBaseException().Message}", cause);
}

/// <summary>One header of a call's own.</summary>
internal readonly record struct GrpcHeader(string Name, string Value);
