using Coppice.Node.Runtime.Containerd.Wire;
using Coppice.Node.Runtime.Grpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Coppice.Node.Runtime.Cri;

/// <summary>
/// What CRI made, changed in containerd's own records: a container is run by the OCI specification that is there when it starts. Every
/// containerd has these calls, on the socket of CRI.
/// </summary>
internal sealed class ContainerdContainers(GrpcConnection connection)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static readonly GrpcMethod<GetContainerRequest, GetContainerResponse> Get =
        new("/containerd.services.containers.v1.Containers/Get", GetContainerResponse.Parser, Limit);

    private static readonly GrpcMethod<UpdateContainerRequest, UpdateContainerResponse> Update =
        new("/containerd.services.containers.v1.Containers/Update", UpdateContainerResponse.Parser, Limit);

    private static readonly GrpcHeader InNamespace = new("containerd-namespace", ContainerdEvents.CriNamespace);

    /// <summary>Has a container that was not started yet start with the edits.</summary>
    public async ValueTask EditAsync(string id, ContainerEdits edits, CancellationToken stop)
    {
        try
        {
            var known = await connection.CallAsync(Get, new GetContainerRequest { Id = id }, stop, header: InNamespace);
            var spec = known.Container.Spec;
            spec.Value = ByteString.CopyFromUtf8(OciSpec.Apply(spec.Value.Span, edits));
            var request = new UpdateContainerRequest { Container = new Container { Id = id, Spec = spec }, UpdateMask = new FieldMask { Paths = { "spec" } } };
            await connection.CallAsync(Update, request, stop, header: InNamespace);
        }
        catch (GrpcException failed)
        {
            stop.ThrowIfCancellationRequested();
            throw CriConnection.Translate(failed);
        }
    }
}
