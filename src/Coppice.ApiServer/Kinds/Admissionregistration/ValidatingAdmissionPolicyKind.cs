using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>What must hold of requests, in expressions.</summary>
internal static class ValidatingAdmissionPolicyKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<ValidatingAdmissionPolicy>();

    public static ServedKind Served { get; } = new(Kind, new ValidatingAdmissionPolicyStrategy(), new ValidatingAdmissionPolicyTable())
    {
        NeedsVersion = true,
        Subresources = [Subresource.Status(Kind)],
    };
}
