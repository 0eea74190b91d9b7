using Coppice.Client;
using Coppice.Composition.Joining;
using Coppice.Objects;

namespace Coppice.Composition;

/// <summary>
/// Whom those who serve other parts of the API may believe: users by their certificates, and this server, which says by headers for whom
/// it asks. Kubernetes publishes it in a config map, which libraries of such servers read.
/// </summary>
internal static class PublishedAuthentication
{
    /// <summary>The name that this server has there.</summary>
    public const string FrontProxy = "front-proxy-client";

    private static readonly ObjectKey Key = new("kube-system", "extension-apiserver-authentication");

    public static Task WriteAsync(IApiClient api, ClusterKeys keys, CancellationToken stop) => PublishedCluster.WriteAsync(
        api,
        Key,
        ValueMap.Of(
            ("client-ca-file", keys.Authority.CertificatePem),
            ("requestheader-allowed-names", $"[\"{FrontProxy}\"]"),
            ("requestheader-client-ca-file", keys.FrontProxyAuthority.CertificatePem),
            ("requestheader-extra-headers-prefix", "[\"X-Remote-Extra-\"]"),
            ("requestheader-group-headers", "[\"X-Remote-Group\"]"),
            ("requestheader-uid-headers", "[\"X-Remote-Uid\"]"),
            ("requestheader-username-headers", "[\"X-Remote-User\"]")),
        stop);
}
