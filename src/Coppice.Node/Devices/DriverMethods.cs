using Coppice.Node.Devices.Wire;
using Coppice.Node.Runtime.Grpc;

namespace Coppice.Node.Devices;

/// <summary>The calls of drivers that we make, each with the time it may take.</summary>
internal static class DriverMethods
{
    // Kubernetes' own limits: to set up a device takes time, to say who one is does not.
    private static readonly TimeSpan Question = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Change = TimeSpan.FromSeconds(45);

    public static readonly GrpcMethod<InfoRequest, PluginInfo> GetInfo = new("/pluginregistration.Registration/GetInfo", PluginInfo.Parser, Question);

    public static readonly GrpcMethod<RegistrationStatus, RegistrationStatusResponse> NotifyRegistrationStatus =
        new("/pluginregistration.Registration/NotifyRegistrationStatus", RegistrationStatusResponse.Parser, Question);

    /// <summary>The services that we can speak to, by the names that drivers call them by.</summary>
    public static readonly IReadOnlyList<string> Services = ["v1.DRAPlugin", "v1beta1.DRAPlugin"];

    public static GrpcMethod<NodePrepareResourcesRequest, NodePrepareResourcesResponse> Prepare(string service) =>
        new($"/k8s.io.kubelet.pkg.apis.dra.{service}/NodePrepareResources", NodePrepareResourcesResponse.Parser, Change);

    public static GrpcMethod<NodeUnprepareResourcesRequest, NodeUnprepareResourcesResponse> Unprepare(string service) =>
        new($"/k8s.io.kubelet.pkg.apis.dra.{service}/NodeUnprepareResources", NodeUnprepareResourcesResponse.Parser, Change);
}
