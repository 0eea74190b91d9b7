using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Coordination;

namespace Coppice.ApiServer.Kinds.Coordination;

/// <summary>Leases.</summary>
internal sealed class LeaseStrategy : KindStrategy<Lease>
{
    public override Findings<FieldError> Validate(Lease item)
    {
        var path = FieldPath.Of("spec");
        return
        [
            .. FieldRules.If(
                item.Spec.LeaseDurationSeconds <= 0,
                () => FieldError.Invalid(path.Child("leaseDurationSeconds"), item.Spec.LeaseDurationSeconds, "must be greater than 0")),
            .. FieldRules.NotNegative(path.Child("leaseTransitions"), item.Spec.LeaseTransitions),
        ];
    }
}
