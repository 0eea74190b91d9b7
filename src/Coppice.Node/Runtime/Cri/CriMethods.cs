using Coppice.Node.Runtime.Cri.Wire;
using Coppice.Node.Runtime.Grpc;

namespace Coppice.Node.Runtime.Cri;

/// <summary>The calls of CRI v1 that we make, each with the time it may take.</summary>
/// <remarks>
/// Two minutes for what changes something is the kubelet's limit; a question is answered in milliseconds, so ten seconds mean
/// that the runtime hangs. A pull goes on as long as bytes come, which containerd itself watches over.
/// </remarks>
internal static class CriMethods
{
    private static readonly TimeSpan Question = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Change = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pull = TimeSpan.FromHours(2);

    public static readonly GrpcMethod<VersionRequest, VersionResponse> Version = new(Runtime("Version"), VersionResponse.Parser, Question);
    public static readonly GrpcMethod<StatusRequest, StatusResponse> Status = new(Runtime("Status"), StatusResponse.Parser, Question);

    public static readonly GrpcMethod<RunPodSandboxRequest, RunPodSandboxResponse> RunPodSandbox = new(Runtime("RunPodSandbox"), RunPodSandboxResponse.Parser, Change);
    public static readonly GrpcMethod<StopPodSandboxRequest, StopPodSandboxResponse> StopPodSandbox = new(Runtime("StopPodSandbox"), StopPodSandboxResponse.Parser, Change);
    public static readonly GrpcMethod<RemovePodSandboxRequest, RemovePodSandboxResponse> RemovePodSandbox = new(Runtime("RemovePodSandbox"), RemovePodSandboxResponse.Parser, Change);
    public static readonly GrpcMethod<PodSandboxStatusRequest, PodSandboxStatusResponse> PodSandboxStatus = new(Runtime("PodSandboxStatus"), PodSandboxStatusResponse.Parser, Question);
    public static readonly GrpcMethod<ListPodSandboxRequest, ListPodSandboxResponse> ListPodSandbox = new(Runtime("ListPodSandbox"), ListPodSandboxResponse.Parser, Question);

    public static readonly GrpcMethod<CreateContainerRequest, CreateContainerResponse> CreateContainer = new(Runtime("CreateContainer"), CreateContainerResponse.Parser, Change);
    public static readonly GrpcMethod<StartContainerRequest, StartContainerResponse> StartContainer = new(Runtime("StartContainer"), StartContainerResponse.Parser, Change);
    public static readonly GrpcMethod<UpdateContainerResourcesRequest, UpdateContainerResourcesResponse> UpdateContainerResources = new(Runtime("UpdateContainerResources"), UpdateContainerResourcesResponse.Parser, Change);
    public static readonly GrpcMethod<StopContainerRequest, StopContainerResponse> StopContainer = new(Runtime("StopContainer"), StopContainerResponse.Parser, Change);
    public static readonly GrpcMethod<RemoveContainerRequest, RemoveContainerResponse> RemoveContainer = new(Runtime("RemoveContainer"), RemoveContainerResponse.Parser, Change);
    public static readonly GrpcMethod<ListContainersRequest, ListContainersResponse> ListContainers = new(Runtime("ListContainers"), ListContainersResponse.Parser, Question);
    public static readonly GrpcMethod<ContainerStatusRequest, ContainerStatusResponse> ContainerStatus = new(Runtime("ContainerStatus"), ContainerStatusResponse.Parser, Question);
    public static readonly GrpcMethod<ReopenContainerLogRequest, ReopenContainerLogResponse> ReopenContainerLog = new(Runtime("ReopenContainerLog"), ReopenContainerLogResponse.Parser, Question);

    public static readonly GrpcMethod<ListContainerStatsRequest, ListContainerStatsResponse> ListContainerStats = new(Runtime("ListContainerStats"), ListContainerStatsResponse.Parser, Question);

    public static readonly GrpcMethod<ExecSyncRequest, ExecSyncResponse> ExecSync = new(Runtime("ExecSync"), ExecSyncResponse.Parser, Change);
    public static readonly GrpcMethod<ExecRequest, ExecResponse> Exec = new(Runtime("Exec"), ExecResponse.Parser, Question);
    public static readonly GrpcMethod<AttachRequest, AttachResponse> Attach = new(Runtime("Attach"), AttachResponse.Parser, Question);
    public static readonly GrpcMethod<GetEventsRequest, ContainerEventResponse> GetContainerEvents = new(Runtime("GetContainerEvents"), ContainerEventResponse.Parser, Timeout.InfiniteTimeSpan);

    public static readonly GrpcMethod<ListImagesRequest, ListImagesResponse> ListImages = new(Images("ListImages"), ListImagesResponse.Parser, Question);
    public static readonly GrpcMethod<ImageStatusRequest, ImageStatusResponse> ImageStatus = new(Images("ImageStatus"), ImageStatusResponse.Parser, Question);
    public static readonly GrpcMethod<PullImageRequest, PullImageResponse> PullImage = new(Images("PullImage"), PullImageResponse.Parser, Pull);
    public static readonly GrpcMethod<RemoveImageRequest, RemoveImageResponse> RemoveImage = new(Images("RemoveImage"), RemoveImageResponse.Parser, Change);
    public static readonly GrpcMethod<ImageFsInfoRequest, ImageFsInfoResponse> ImageFsInfo = new(Images("ImageFsInfo"), ImageFsInfoResponse.Parser, Question);

    private static string Runtime(string name) => "/runtime.v1.RuntimeService/" + name;

    private static string Images(string name) => "/runtime.v1.ImageService/" + name;
}
