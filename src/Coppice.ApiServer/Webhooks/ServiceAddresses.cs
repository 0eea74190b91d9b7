using System.Globalization;
using System.Net;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Webhooks;

/// <summary>Where a service of the cluster is reached from here: by its address in the cluster, as the API server sees it at this moment.</summary>
internal sealed class ServiceAddresses(ObjectStorage storage)
{
    private static readonly Kind Services = BuiltInKinds.Of<Service>();

    /// <exception cref="ApiError">There is no such service, or no such port.</exception>
    /// <exception cref="IOException">The service has no address.</exception>
    public async ValueTask<DnsEndPoint> FindAsync(ObjectKey key, int port, CancellationToken stop)
    {
        // Its name alone, as Kubernetes' cache says it.
        var spec = ((Service)(await storage.FindAsync(Services, key, stop)
            ?? throw ApiErrors.NotFound(new GroupResource("", "service"), key.Name)).Item).Spec;
        return spec.Type switch
        {
            ServiceType.ExternalName => new DnsEndPoint(spec.ExternalName ?? "", port),
            _ when string.IsNullOrEmpty(spec.ClusterIP) || spec.ClusterIP == "None" => throw new IOException("cannot route to service with ClusterIP \"None\""),
            _ when spec.Ports.All(declared => declared.Port != port) => throw ApiErrors.ServiceUnavailable(
                $"no service port {port.ToString(CultureInfo.InvariantCulture)} found for service {QuotedText.Of(key.Name)}"),
            _ => new DnsEndPoint(spec.ClusterIP, port),
        };
    }
}
