namespace Coppice.Node.Runtime.Grpc;

/// <summary>The server answered a call with a status other than OK; the message is the server's.</summary>
public sealed class GrpcException(GrpcCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public GrpcCode Code => code;

    /// <summary>The text as gRPC clients print it, which Kubernetes' own messages quote.</summary>
    public string Description => $"rpc error: code = {code} desc = {Message}";
}
