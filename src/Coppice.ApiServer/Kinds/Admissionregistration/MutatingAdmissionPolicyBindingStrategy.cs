using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>MutatingAdmissionPolicyBindings.</summary>
internal sealed class MutatingAdmissionPolicyBindingStrategy : KindStrategy<MutatingAdmissionPolicyBinding>
{
    public override MutatingAdmissionPolicyBinding Default(MutatingAdmissionPolicyBinding item) =>
        item with { Spec = item.Spec with { MatchResources = PolicyDefaults.Of(item.Spec.MatchResources) } };

    public override MutatingAdmissionPolicyBinding PrepareForCreate(MutatingAdmissionPolicyBinding item) => item with { Metadata = FirstGeneration(item) };

    public override MutatingAdmissionPolicyBinding PrepareForUpdate(MutatingAdmissionPolicyBinding item, MutatingAdmissionPolicyBinding old) =>
        item with { Metadata = NextGeneration(item, old, item.Spec != old.Spec) };

    public override Findings<FieldError> Validate(MutatingAdmissionPolicyBinding item) => MutatingPolicyValidation.Binding(item.Spec);
}
