using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>MutatingAdmissionPolicies: their expressions are compiled before they are taken.</summary>
internal sealed class MutatingAdmissionPolicyStrategy : KindStrategy<MutatingAdmissionPolicy>
{
    public override MutatingAdmissionPolicy Default(MutatingAdmissionPolicy item) => item with
    {
        Spec = item.Spec with
        {
            FailurePolicy = item.Spec.FailurePolicy ?? FailurePolicyType.Fail,
            MatchConstraints = PolicyDefaults.Of(item.Spec.MatchConstraints),
        },
    };

    public override MutatingAdmissionPolicy PrepareForCreate(MutatingAdmissionPolicy item) => item with { Metadata = FirstGeneration(item) };

    public override MutatingAdmissionPolicy PrepareForUpdate(MutatingAdmissionPolicy item, MutatingAdmissionPolicy old) =>
        item with { Metadata = NextGeneration(item, old, item.Spec != old.Spec) };

    public override Findings<FieldError> Validate(MutatingAdmissionPolicy item) => MutatingPolicyValidation.Policy(item.Spec);

    /// <summary>What was taken once may stay.</summary>
    public override Findings<FieldError> ValidateUpdate(MutatingAdmissionPolicy item, MutatingAdmissionPolicy old) =>
        item.Spec == old.Spec ? [] : Validate(item);
}
