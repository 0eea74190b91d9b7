using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>ValidatingAdmissionPolicies: their expressions are compiled before they are taken.</summary>
internal sealed class ValidatingAdmissionPolicyStrategy : KindStrategy<ValidatingAdmissionPolicy>
{
    public override ValidatingAdmissionPolicy Default(ValidatingAdmissionPolicy item) => item with
    {
        Spec = item.Spec with
        {
            FailurePolicy = item.Spec.FailurePolicy ?? FailurePolicyType.Fail,
            MatchConstraints = PolicyDefaults.Of(item.Spec.MatchConstraints),
        },
    };

    public override ValidatingAdmissionPolicy PrepareForCreate(ValidatingAdmissionPolicy item) => item with { Metadata = FirstGeneration(item), Status = null };

    public override ValidatingAdmissionPolicy PrepareForUpdate(ValidatingAdmissionPolicy item, ValidatingAdmissionPolicy old) =>
        item with { Metadata = NextGeneration(item, old, item.Spec != old.Spec), Status = old.Status };

    public override ValidatingAdmissionPolicy PrepareForStatusUpdate(ValidatingAdmissionPolicy item, ValidatingAdmissionPolicy old) =>
        item with { Metadata = KeptMetadata(item, old), Spec = old.Spec };

    public override Findings<FieldError> Validate(ValidatingAdmissionPolicy item) => ValidatingPolicyValidation.Policy(item.Metadata.Name ?? "", item.Spec);

    /// <summary>What was taken once may stay.</summary>
    public override Findings<FieldError> ValidateUpdate(ValidatingAdmissionPolicy item, ValidatingAdmissionPolicy old) =>
        item.Spec == old.Spec ? [] : Validate(item);

    public override Findings<FieldError> ValidateStatusUpdate(ValidatingAdmissionPolicy item, ValidatingAdmissionPolicy old) =>
        ConditionValidation.Validate(FieldPath.Of("status", "conditions"), item.Status?.Conditions ?? default);
}
