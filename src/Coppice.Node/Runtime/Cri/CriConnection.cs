using Coppice.Node.Runtime.Grpc;
using Google.Protobuf;

namespace Coppice.Node.Runtime.Cri;

/// <summary>CRI calls with our exceptions: <see cref="RuntimeException"/> with the runtime's words, the gRPC failure inside it.</summary>
internal sealed class CriConnection(GrpcConnection connection, RuntimeFigures figures)
{
    // containerd answers so between opening its socket and having its CRI plugin ready.
    private const string NotYet = "server is not initialized yet";

    public GrpcConnection Grpc => connection;

    public async ValueTask<TResponse> AskAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken stop, TimeSpan? deadline = null)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        try
        {
            return await CallAsync(method, request, stop, deadline);
        }
        catch (GrpcException failed)
        {
            stop.ThrowIfCancellationRequested();
            throw Translate(failed);
        }
    }

    /// <summary>The answer, or null where the runtime doesn't know the id.</summary>
    public async ValueTask<TResponse?> FindAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken stop, TimeSpan? deadline = null)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        try
        {
            return await CallAsync(method, request, stop, deadline);
        }
        catch (GrpcException failed) when (failed.Code == GrpcCode.NotFound)
        {
            return null;
        }
        catch (GrpcException failed)
        {
            stop.ThrowIfCancellationRequested();
            throw Translate(failed);
        }
    }

    public static RuntimeException Translate(GrpcException failed) =>
        failed.Code == GrpcCode.Unavailable || failed.Message.Contains(NotYet, StringComparison.Ordinal)
            ? new RuntimeUnavailableException(failed.Message, failed)
            : new RuntimeException(failed.Message, failed);

    private async ValueTask<TResponse> CallAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken stop, TimeSpan? deadline)
        where TRequest : IMessage
        where TResponse : class, IMessage<TResponse>
    {
        var began = figures.Begin();
        var failed = true;
        try
        {
            var answer = await connection.CallAsync(method, request, stop, deadline);
            failed = false;
            return answer;
        }
        finally
        {
            figures.End(method.Path, began, failed);
        }
    }
}
