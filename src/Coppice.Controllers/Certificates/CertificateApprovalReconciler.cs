using System.Net;
using System.Security.Cryptography;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;
using Coppice.Objects.Certificates;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Certificates;

/// <summary>
/// Approves what the agents of nodes ask for themselves, if who asks may: their certificates as clients of the API, those of their own
/// endpoints, and those of the components beside them, which have a name each that is the same on every node.
/// </summary>
/// <param name="companions">As whom the components beside an agent come.</param>
internal sealed class CertificateApprovalReconciler(
    IApiClient api, CacheSet caches, Func<UserInfo, ResourceAttributes, CancellationToken, ValueTask<bool>> allows, IReadOnlyList<UserInfo> companions) : IDeclaredReconciler
{
    private readonly ObjectCache<Node> _nodes = caches.Of<Node>();
    private readonly ObjectCache<CertificateSigningRequest> _requests = caches.Of<CertificateSigningRequest>();

    public Controller Declare(Controller controller) => controller.Watches(_requests);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_requests.Find(key) is { Status: { Certificate.Bytes.IsEmpty: true, Conditions.IsEmpty: true } } item
            && Read(item) is { } request
            && await WhyAsync(item, request, stop) is { } why)
        {
            await ApproveAsync(item, why, stop);
        }

        return ReconcileResult.Done;
    }

    /// <summary>Why it is approved; null if it is left to somebody else.</summary>
    private async ValueTask<string?> WhyAsync(CertificateSigningRequest item, SigningRequest request, CancellationToken stop)
    {
        if (SignerRules.Refusal(item.Spec.SignerName, request, item.Spec.Usages) is not null)
        {
            return null;
        }

        var user = new UserInfo { Username = item.Spec.Username, Uid = item.Spec.Uid, Groups = item.Spec.Groups, Extra = item.Spec.Extra };
        return item.Spec.SignerName switch
        {
            SignerName.KubeApiServerClientKubelet when user.Username == request.Subject.CommonName && await MayAsync(user, "selfnodeclient", stop) =>
                "Auto approving self kubelet client certificate after SubjectAccessReview.",
            SignerName.KubeApiServerClientKubelet when await MayAsync(user, "nodeclient", stop) =>
                "Auto approving kubelet client certificate after SubjectAccessReview.",
            SignerName.KubeletServing when user.Username == request.Subject.CommonName && IsOfItself(request) =>
                "Auto approving the certificate of a node's own endpoint.",
            SignerName.KubeApiServerClient when SignerRules.IsNode(user) && companions.Any(one => IsFor(one, request)) =>
                "Auto approving a node's certificate for a component of its own.",
            _ => null,
        };
    }

    /// <summary>Under the node's own name alone, and at no address of another node.</summary>
    private bool IsOfItself(SigningRequest request)
    {
        var name = SignerRules.NodeOf(request);
        return request.DnsNames.All(dns => dns == name)
            && request.Addresses.All(address => !IPAddress.IsLoopback(address) && !_nodes.Items.Any(node =>
                node.Metadata.Name != name && node.Status.Addresses.Any(one => one.Address == address.ToString())));
    }

    private static bool IsFor(UserInfo one, SigningRequest request) =>
        request.Subject.CommonName == one.Username
        && request.Subject.Organizations.Order(StringComparer.Ordinal).SequenceEqual(one.Groups.Where(group => group != ClientCertificate.Authenticated).Order(StringComparer.Ordinal));

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
