using System.Security.Cryptography;
using System.Text;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Certificates;

namespace Coppice.Controllers.Certificates;

/// <summary>Signs what was approved and asked of one of the cluster's own signers. What a signer must not sign has failed, and stays so.</summary>
internal sealed class CertificateSigningReconciler(IApiClient api, CacheSet caches, CertificateSigner sign) : IDeclaredReconciler
{
    private readonly ObjectCache<CertificateSigningRequest> _requests = caches.Of<CertificateSigningRequest>();

    public Controller Declare(Controller controller) => controller.Watches(_requests);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_requests.Find(key) is not { } item || !IsToBeSigned(item))
        {
            return ReconcileResult.Done;
        }

        try
        {
            await api.UpdateStatusAsync(item with { Status = Sign(item) }, stop);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone meanwhile.
        }

        return ReconcileResult.Done;
    }

    private static bool IsToBeSigned(CertificateSigningRequest item) =>
        SignerRules.Knows(item.Spec.SignerName)
        && item.Status.Certificate.Bytes.IsEmpty
        && item.Status.Conditions.Any(c => c.Type == RequestConditionType.Approved)
        && !item.Status.Conditions.Any(c => c.Type is RequestConditionType.Denied or RequestConditionType.Failed);

    private CertificateSigningRequestStatus Sign(CertificateSigningRequest item)
    {
        try
        {
            var request = SigningRequest.Read(item.Spec.Request.Bytes.Span);
            if (SignerRules.Refusal(item.Spec.SignerName, request, item.Spec.Usages) is not { } refusal)
            {
                var lifetime = item.Spec.ExpirationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
                return item.Status with { Certificate = new(Encoding.UTF8.GetBytes(sign(request, item.Spec.Usages, lifetime))) };
            }

            return Failed(item.Status, refusal);
        }
        catch (CryptographicException e)
        {
            return Failed(item.Status, e.Message);
        }
    }

    private static CertificateSigningRequestStatus Failed(CertificateSigningRequestStatus status, string why) => status with
    {
        Conditions = status.Conditions.Add(new()
        {
            Type = RequestConditionType.Failed,
            Status = ConditionStatus.True,
            Reason = "SignerValidationFailure",
            Message = why,
        }),
    };
}
