using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>What is changed of requests, in expressions.</summary>
internal static class MutatingAdmissionPolicyKind
{
    public static ServedKind Served { get; } = new(
        BuiltInKinds.Of<MutatingAdmissionPolicy>(), new MutatingAdmissionPolicyStrategy(), new MutatingAdmissionPolicyTable())
    {
        NeedsVersion = true,
    };
}
