using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>Where policies that change requests count.</summary>
internal static class MutatingAdmissionPolicyBindingKind
{
    public static ServedKind Served { get; } = new(
        BuiltInKinds.Of<MutatingAdmissionPolicyBinding>(), new MutatingAdmissionPolicyBindingStrategy(), new MutatingAdmissionPolicyBindingTable())
    {
        NeedsVersion = true,
    };
}
