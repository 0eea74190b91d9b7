using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Certificates;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// What Kubernetes' CertificateApproval and CertificateSigning do: who may write to a request's doors may not yet speak for every
/// signer. Who approves must be allowed to "approve", and who signs to "sign", for the signer that was asked or for all of its domain.
/// </summary>
internal sealed class CertificateAuthorization(Authorizer authorizer) : IValidatingAdmission
{
    private static readonly GroupResource Signers = new("certificates.k8s.io", "signers");

    public string Name => "CertificateApproval";

    public bool Handles(WriteOperation operation) => operation == WriteOperation.Update;

    public IReadOnlyList<Type>? Records => [typeof(CertificateSigningRequest)];

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if ((item, old) is not (CertificateSigningRequest asked, CertificateSigningRequest before) || VerbOf(request, asked, before) is not { } verb)
        {
            return;
        }

        var signer = before.Spec.SignerName;
        if (!await MayAsync(request, verb, signer, stop) && !await MayAsync(request, verb, $"{signer.Split('/')[0]}/*", stop))
        {
            throw ApiErrors.Forbidden(
                request.Resource, asked.Metadata.Name ?? "", $"user not permitted to {verb} requests with signerName {QuotedText.Of(signer)}");
        }
    }

    private static string? VerbOf(WriteRequest request, CertificateSigningRequest asked, CertificateSigningRequest before) => request.Subresource switch
    {
        "approval" => "approve",
        "status" when asked.Status != before.Status => "sign",
        _ => null,
    };

    private async ValueTask<bool> MayAsync(WriteRequest request, string verb, string signer, CancellationToken stop) =>
        (await authorizer.DecideAsync(request.User, AccessRequest.To(verb, Signers, name: signer), stop)).Allowed;
}
