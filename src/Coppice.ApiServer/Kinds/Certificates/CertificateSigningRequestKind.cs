using Coppice.Objects;
using Coppice.Objects.Certificates;

namespace Coppice.ApiServer.Kinds.Certificates;

/// <summary>Who asks for a certificate.</summary>
internal static class CertificateSigningRequestKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<CertificateSigningRequest>();

    public static ServedKind Served { get; } = new(Kind, new CertificateSigningRequestStrategy(), new CertificateSigningRequestTable())
    {
        NameRule = _ => [],
        Fields = FieldLabels.Of<CertificateSigningRequest>(("spec.signerName", request => request.Spec.SignerName)),
        Subresources = [Subresource.Part(Kind, "approval"), Subresource.Status(Kind)],
    };
}
