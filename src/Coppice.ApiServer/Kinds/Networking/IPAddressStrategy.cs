using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

/// <summary>IPAddresses: what has one keeps it.</summary>
internal sealed class IPAddressStrategy : KindStrategy<IPAddress>
{
    public override Findings<FieldError> Validate(IPAddress item) => ServiceRangeValidation.Parent(item.Spec.ParentRef);

    public override Findings<FieldError> ValidateUpdate(IPAddress item, IPAddress old) =>
        FieldRules.Unchanged(FieldPath.Of("spec", "parentRef"), item.Spec.ParentRef, old.Spec.ParentRef);
}
