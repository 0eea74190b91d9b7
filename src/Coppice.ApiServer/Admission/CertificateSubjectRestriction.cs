using System.Security.Cryptography;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Certificates;

namespace Coppice.ApiServer.Admission;

/// <summary>Nobody becomes a master by asking the API's own signer for a certificate that says so.</summary>
internal sealed class CertificateSubjectRestriction : IValidatingAdmission
{
    public bool Handles(WriteOperation operation) => operation == WriteOperation.Create;

    public IReadOnlyList<Type>? Records => [typeof(CertificateSigningRequest)];

    public ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (item is CertificateSigningRequest { Spec.SignerName: SignerName.KubeApiServerClient } asked
            && OrganizationsOf(asked).Contains(Users.Masters))
        {
            throw ApiErrors.Forbidden(
                request.Resource,
                asked.Metadata.Name ?? "",
                $"use of {SignerName.KubeApiServerClient} signer with {Users.Masters} group is not allowed");
        }

        return default;
    }

    private static IReadOnlyList<string> OrganizationsOf(CertificateSigningRequest asked)
    {
        try
        {
            return SigningRequest.Read(asked.Spec.Request.Bytes.Span).Subject.Organizations;
        }
        catch (CryptographicException)
        {
            // What cannot be read has been refused already.
            return [];
        }
    }
}
