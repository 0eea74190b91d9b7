using System.Security.Cryptography;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;
using Coppice.Objects.Certificates;

namespace Coppice.Controllers.Certificates;

/// <summary>Approves what the agents of nodes ask for themselves, if who asks may: their certificates as clients of the API.</summary>
internal sealed class CertificateApprovalReconciler(
    IApiClient api, CacheSet caches, Func<UserInfo, ResourceAttributes, CancellationToken, ValueTask<bool>> allows) : IDeclaredReconciler
{
    private readonly ObjectCache<CertificateSigningRequest> _requests = caches.Of<CertificateSigningRequest>();

    public Controller Declare(Controller controller) => controller.Watches(_requests);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_requests.Find(key) is not { Spec.SignerName: SignerName.KubeApiServerClientKubelet, Status: { Certificate.Bytes.IsEmpty: true, Conditions.IsEmpty: true } } item
            || Read(item) is not { } request
            || SignerRules.KubeletClient(request, item.Spec.Usages) is not null)
        {
            return ReconcileResult.Done;
        }

        var user = new UserInfo { Username = item.Spec.Username, Uid = item.Spec.Uid, Groups = item.Spec.Groups, Extra = item.Spec.Extra };
        if (item.Spec.Username == request.Subject.CommonName && await MayAsync(user, "selfnodeclient", stop))
        {
            await ApproveAsync(item, "Auto approving self kubelet client certificate after SubjectAccessReview.", stop);
        }
        else if (await MayAsync(user, "nodeclient", stop))
        {
            await ApproveAsync(item, "Auto approving kubelet client certificate after SubjectAccessReview.", stop);
        }

        return ReconcileResult.Done;
    }

    private static SigningRequest? Read(CertificateSigningRequest item)
    {
        try
        {
            return SigningRequest.Read(item.Spec.Request.Bytes.Span);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private ValueTask<bool> MayAsync(UserInfo user, string subresource, CancellationToken stop) => allows(
        user,
        new ResourceAttributes
        {
            Verb = "create",
            Group = "certificates.k8s.io",
            Version = "*",
            Resource = "certificatesigningrequests",
            Subresource = subresource,
        },
        stop);

    private async ValueTask ApproveAsync(CertificateSigningRequest item, string message, CancellationToken stop)
    {
        var approved = new CertificateSigningRequestCondition
        {
            Type = RequestConditionType.Approved,
            Status = ConditionStatus.True,
            Reason = "AutoApproved",
            Message = message,
        };
        var decided = item with { Status = item.Status with { Conditions = item.Status.Conditions.Add(approved) } };
        await api.WriteAsync(BuiltInKinds.Of<CertificateSigningRequest>(), new ObjectWrite.Update(decided, "approval"), stop);
    }
}
