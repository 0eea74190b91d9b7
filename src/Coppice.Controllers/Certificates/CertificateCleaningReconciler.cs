using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Certificates;

namespace Coppice.Controllers.Certificates;

/// <summary>Deletes requests for certificates that nobody waits for any more.</summary>
internal sealed class CertificateCleaningReconciler(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    // Kubernetes' own: whoever asked had the time to look.
    private static readonly TimeSpan DecidedFor = TimeSpan.FromHours(1);
    private static readonly TimeSpan PendingFor = TimeSpan.FromHours(24);

    private readonly ObjectCache<CertificateSigningRequest> _requests = caches.Of<CertificateSigningRequest>();

    public Controller Declare(Controller controller) => controller.Watches(_requests);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_requests.Find(key) is not { Metadata.DeletionTimestamp: null } item || EndOf(item) is not { } end)
        {
            return ReconcileResult.Done;
        }

        var left = end - time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return ReconcileResult.After(left);
        }

        try
        {
            await api.DeleteAsync<CertificateSigningRequest>(key, new() { Preconditions = new() { Uid = item.Metadata.Uid } }, stop);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone already, or another by now.
        }

        return ReconcileResult.Done;
    }

    /// <summary>What was approved and is not signed yet waits for its signer, however long.</summary>
    internal static DateTimeOffset? EndOf(CertificateSigningRequest item)
    {
        var status = item.Status;
        if (status.Conditions.IsEmpty)
        {
            return item.Metadata.CreationTimestamp + PendingFor;
        }

        var isIssued = !status.Certificate.Bytes.IsEmpty;
        var decided = status.Conditions
            .Where(c => c.Type is RequestConditionType.Denied or RequestConditionType.Failed || (isIssued && c.Type == RequestConditionType.Approved))
            .Min(c => c.LastUpdateTime + DecidedFor);
        var expired = isIssued ? ExpiryOf(status.Certificate) : null;
        return expired < decided ? expired : decided ?? expired;
    }

    private static DateTimeOffset? ExpiryOf(Base64Data certificate)
    {
        try
        {
            using var first = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate.Bytes.Span));
            return first.NotAfter.ToUniversalTime();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
