using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>Where policies count.</summary>
internal static class ValidatingAdmissionPolicyBindingKind
{
    public static ServedKind Served { get; } = new(
        BuiltInKinds.Of<ValidatingAdmissionPolicyBinding>(), new ValidatingAdmissionPolicyBindingStrategy(), new ValidatingAdmissionPolicyBindingTable())
    {
        NeedsVersion = true,
    };
}
