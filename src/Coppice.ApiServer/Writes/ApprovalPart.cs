using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds.Certificates;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Certificates;

namespace Coppice.ApiServer.Writes;

/// <summary>What was decided of a request for a certificate.</summary>
internal sealed class ApprovalPart : WritePart
{
    public override Tracking Tracks => Tracking.WhatIsStored;

    public override KubernetesObject? Prepare(PendingWrite write, KubernetesObject? item)
    {
        var old = (CertificateSigningRequest)write.Old;
        return write.Strategy.DateStatus(CertificateSigningRequestStrategy.WithConditions((CertificateSigningRequest)item!, old), old, write.Now);
    }

    public override Findings<FieldError> Validate(PendingWrite write, KubernetesObject item) =>
    [
        .. MetadataErrors(write, item),
        .. CertificateValidation.Update((CertificateSigningRequest)item, (CertificateSigningRequest)write.Old, mayDecide: true, maySign: false),
    ];
}
