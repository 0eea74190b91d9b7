using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>ValidatingAdmissionPolicyBindings.</summary>
internal sealed class ValidatingAdmissionPolicyBindingStrategy : KindStrategy<ValidatingAdmissionPolicyBinding>
{
    public override ValidatingAdmissionPolicyBinding Default(ValidatingAdmissionPolicyBinding item) =>
        item with { Spec = item.Spec with { MatchResources = PolicyDefaults.Of(item.Spec.MatchResources) } };

    public override ValidatingAdmissionPolicyBinding PrepareForCreate(ValidatingAdmissionPolicyBinding item) => item with { Metadata = FirstGeneration(item) };

    public override ValidatingAdmissionPolicyBinding PrepareForUpdate(ValidatingAdmissionPolicyBinding item, ValidatingAdmissionPolicyBinding old) =>
        item with { Metadata = NextGeneration(item, old, item.Spec != old.Spec) };

    public override Findings<FieldError> Validate(ValidatingAdmissionPolicyBinding item) => ValidatingPolicyValidation.Binding(item.Spec);
}
