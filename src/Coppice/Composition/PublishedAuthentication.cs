using Coppice.Client;
using Coppice.Composition.Joining;
using Coppice.Objects;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>
/// Whom those who serve other parts of the API may believe: users by their certificates, and this server, which says by headers for whom
/// it asks. Kubernetes publishes it in a config map, which libraries of such servers read, and without which they do not start: what is
/// deleted or changed of it comes back.
/// </summary>
internal sealed class PublishedAuthentication(IApiClient api, ClusterKeys keys) : IReconciler
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

    /// <summary>The loop that keeps it, woken by every change of it.</summary>
    public ReconcileLoop<ObjectKey> WokenBy(CacheSet caches, TimeProvider time, ILogger log)
    {
        var loop = new ReconcileLoop<ObjectKey>("PublishedAuthentication", this, ReconcileOptions.Default, time, log);
        caches.Of<ConfigMap>().Subscribe(change =>
        {
            if (ObjectKey.Of(change.Item) == Key)
            {
                loop.Enqueue(Key);
            }
        });
        return loop;
    }

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        await WriteAsync(api, keys, stop);
        return ReconcileResult.Done;
    }
}
