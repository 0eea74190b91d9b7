using Coppice.ApiServer.Admission.Evaluation;
using Coppice.ApiServer.Expressions;
using Coppice.Cel.Libraries;
using Coppice.Cel.Types;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>One change, ready to be made.</summary>
/// <param name="IsApplied">It makes fields that are applied; else operations of a JSON patch.</param>
internal sealed record ReadyMutation(bool IsApplied, ReadyExpression Expression);

/// <summary>What a policy changes, ready to be changed.</summary>
/// <param name="IsRepeated">Where others have changed the object after it, it is asked once more.</param>
internal sealed record MutatingRules(IReadOnlyList<ReadyMutation> Mutations, bool IsRepeated)
{
    public static ReadyPolicy<MutatingRules> Of(MutatingAdmissionPolicy policy) => new(policy, policy.Spec, types => Of(policy.Spec, types));

    private static MutatingRules Of(MutatingAdmissionPolicySpec spec, IReadOnlyDictionary<string, CelType> types)
    {
        var environment = AdmissionExpressions.Environment(spec.ParamKind is not null, types, makesChanges: true);
        return new(
            [.. spec.Mutations.Select(one => one.PatchType == MutationPatchType.ApplyConfiguration
                ? new ReadyMutation(true, ReadyExpression.Of(environment, one.ApplyConfiguration?.Expression ?? "", ChangeLibrary.Object))
                : new ReadyMutation(false, ReadyExpression.Of(environment, one.JsonPatch?.Expression ?? "", ChangeLibrary.Patches)))],
            spec.ReinvocationPolicy == ReinvocationPolicyType.IfNeeded);
    }
}
