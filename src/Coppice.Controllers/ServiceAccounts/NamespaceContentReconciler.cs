using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.ServiceAccounts;

/// <summary>
/// What every namespace has: the service account that pods run as if they name none, and the certificates by which they know the API
/// server.
/// </summary>
/// <param name="rootCertificates">The cluster's CA as PEM.</param>
internal sealed class NamespaceContentReconciler(IApiClient api, Caches caches, string rootCertificates, TimeProvider time) : IReconciler
{
    private const string Account = "default";
    private const string Certificates = "kube-root-ca.crt";
    private const string Description =
        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service " +
        "IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

    public static Controller Declare(Controller controller, Caches caches) => controller
        .Watches(caches.Namespaces)
        .WokenBy(caches.ServiceAccounts, change => change.New is null && change.Item.Metadata.Name == Account ? [NamespaceOf(change.Item)] : [])
        .WokenBy(caches.ConfigMaps, change => change.Old is not null && change.Item.Metadata.Name == Certificates ? [NamespaceOf(change.Item)] : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (caches.Namespaces.Find(key) is not { Metadata.DeletionTimestamp: null, Status.Phase: not NamespacePhase.Terminating })
        {
            return ReconcileResult.Done;
        }

        try
        {
            if (caches.ServiceAccounts.Find(new(key.Name, Account)) is null)
            {
                await caches.ServiceAccounts.SeeAsync(await api.CreateAsync(new ServiceAccount
                {
                    ApiVersion = "v1", Kind = "ServiceAccount", Metadata = new() { Name = Account, Namespace = key.Name },
                }, stop), time, stop);
            }

            await PublishAsync(key.Name, stop);
        }
        catch (ApiException e) when (e.IsNamespaceTerminating() || e.IsAlreadyExists)
        {
            // Nothing to do any more, or done by somebody else.
        }

        return ReconcileResult.Done;
    }

    private async ValueTask PublishAsync(string ns, CancellationToken stop)
    {
        var wanted = ValueMap.Of(("ca.crt", rootCertificates));
        var existing = caches.ConfigMaps.Find(new(ns, Certificates));
        if (existing is not null && existing.Data == wanted && existing.BinaryData.IsEmpty)
        {
            return;
        }

        var written = existing is null
            ? await api.CreateAsync(new ConfigMap
            {
                ApiVersion = "v1",
                Kind = "ConfigMap",
                Metadata = new() { Name = Certificates, Namespace = ns, Annotations = ValueMap.Of(("kubernetes.io/description", Description)) },
                Data = wanted,
            }, stop)
            : await api.UpdateAsync(existing with { Data = wanted, BinaryData = default }, stop);
        await caches.ConfigMaps.SeeAsync(written, time, stop);
    }

    private static ObjectKey NamespaceOf(KubernetesObject item) => new("", item.Metadata.Namespace ?? "");
}
