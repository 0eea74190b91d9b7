using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.ServiceAccounts;

/// <summary>
/// What every namespace has: the service account that pods run as if they name none, and the certificates by which they know the API
/// server.
/// </summary>
/// <param name="accounts">The client of whoever makes the accounts.</param>
/// <param name="publisher">The client of whoever publishes the certificates.</param>
/// <param name="rootCertificates">The cluster's CA as PEM.</param>
internal sealed class NamespaceContentReconciler(
    IApiClient accounts, IApiClient publisher, CacheSet caches, string rootCertificates, TimeProvider time) : IDeclaredReconciler
{
    private const string Account = "default";
    private const string Certificates = "kube-root-ca.crt";
    private const string Description =
        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service " +
        "IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

    private readonly ObjectCache<Namespace> _namespaces = caches.Of<Namespace>();
    private readonly ObjectCache<ServiceAccount> _accounts = caches.Of<ServiceAccount>();
    private readonly ObjectCache<ConfigMap> _maps = caches.Of<ConfigMap>();

    public Controller Declare(Controller controller) => controller
        .Watches(_namespaces)
        .WokenBy(_accounts, change => change.New is null && change.Item.Metadata.Name == Account ? [NamespaceOf(change.Item)] : [])
        .WokenBy(_maps, change => change.Old is not null && change.Item.Metadata.Name == Certificates ? [NamespaceOf(change.Item)] : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_namespaces.Find(key) is not { Metadata.DeletionTimestamp: null, Status.Phase: not NamespacePhase.Terminating })
        {
            return ReconcileResult.Done;
        }

        try
        {
            if (_accounts.Find(new(key.Name, Account)) is null)
            {
                await _accounts.ExpectAsync(await accounts.CreateAsync(new ServiceAccount
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
        var existing = _maps.Find(new(ns, Certificates));
        if (existing is not null && existing.Data == wanted && existing.BinaryData.IsEmpty)
        {
            return;
        }

        var written = existing is null
            ? await publisher.CreateAsync(new ConfigMap
            {
                ApiVersion = "v1",
                Kind = "ConfigMap",
                Metadata = new() { Name = Certificates, Namespace = ns, Annotations = ValueMap.Of(("kubernetes.io/description", Description)) },
                Data = wanted,
            }, stop)
            : await publisher.UpdateAsync(existing with { Data = wanted, BinaryData = default }, stop);
        await _maps.ExpectAsync(written, time, stop);
    }

    private static ObjectKey NamespaceOf(KubernetesObject item) => new("", item.Metadata.Namespace ?? "");
}
