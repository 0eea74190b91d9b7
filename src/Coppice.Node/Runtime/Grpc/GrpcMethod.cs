using Google.Protobuf;

namespace Coppice.Node.Runtime.Grpc;

/// <summary>One call of a service: where it is, what comes back, and how long it may take.</summary>
/// <param name="Path">/package.Service/Method</param>
/// <param name="Deadline">For the whole call; <see cref="Timeout.InfiniteTimeSpan"/> for a stream that goes on.</param>
internal sealed record GrpcMethod<TRequest, TResponse>(string Path, MessageParser<TResponse> Responses, TimeSpan Deadline)
    where TRequest : IMessage
    where TResponse : IMessage<TResponse>;
