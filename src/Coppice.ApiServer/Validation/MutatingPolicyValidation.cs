using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Expressions;
using Coppice.Cel;
using Coppice.Cel.Libraries;
using Coppice.Cel.Types;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Validation;

/// <summary>Policies of admission that change, and their bindings.</summary>
internal static class MutatingPolicyValidation
{
    // What is deleted is not changed.
    private static readonly string[] Operations = [OperationType.All, OperationType.Connect, OperationType.Create, OperationType.Update];

    private static readonly string[] PatchTypes = [MutationPatchType.ApplyConfiguration, MutationPatchType.JSONPatch];

    public static Findings<FieldError> Policy(MutatingAdmissionPolicySpec spec)
    {
        var path = FieldPath.Of("spec");
        var types = new Dictionary<string, CelType>(StringComparer.Ordinal);
        var environment = AdmissionExpressions.Environment(spec.ParamKind is not null, types, makesChanges: true);
        return
        [
            .. PolicyTermsValidation.Policy(spec, types),
            .. OperationsOf(path.Child("matchConstraints"), spec.MatchConstraints),
            .. FieldRules.If(spec.Mutations.IsEmpty, () => FieldError.Required(path.Child("mutations"), "mutations must contain at least one item")),
            .. FieldRules.Each(path.Child("mutations"), spec.Mutations, (at, one) => Mutation(at, one, environment)),
            .. PolicyTermsValidation.OneOf(
                path.Child("reinvocationPolicy"), spec.ReinvocationPolicy, ReinvocationPolicyType.IfNeeded, ReinvocationPolicyType.Never),
        ];
    }

    public static Findings<FieldError> Binding(MutatingAdmissionPolicyBindingSpec spec) =>
        [.. PolicyTermsValidation.Binding(spec), .. OperationsOf(FieldPath.Of("spec", "matchResources"), spec.MatchResources)];

    /// <summary>Kubernetes names the list of the rules only, and not which of them.</summary>
    private static IEnumerable<FieldError> OperationsOf(FieldPath path, MatchResources? match) =>
        from rule in match?.ResourceRules ?? []
        from operation in rule.Operations
        where !Operations.Contains(operation)
        select FieldError.NotSupported(path.Child("resourceRules").Child("operations"), operation, Operations);

    private static Findings<FieldError> Mutation(FieldPath path, Mutation mutation, CelEnvironment environment) => mutation.PatchType switch
    {
        "" => [FieldError.Required(path.Child("patchType"))],
        MutationPatchType.JSONPatch =>
        [
            .. Expression(path.Child("jsonPatch"), mutation.JsonPatch is not null, mutation.JsonPatch?.Expression, (environment, ChangeLibrary.Patches, mutation.PatchType)),
            .. Without(path.Child("applyConfiguration"), mutation.ApplyConfiguration is null, "{applyConfiguration}", mutation.PatchType),
        ],
        MutationPatchType.ApplyConfiguration =>
        [
            .. Expression(
                path.Child("applyConfiguration"),
                mutation.ApplyConfiguration is not null,
                mutation.ApplyConfiguration?.Expression,
                (environment, ChangeLibrary.Object, mutation.PatchType)),
            .. Without(path.Child("jsonPatch"), mutation.JsonPatch is null, "{jsonPatch}", mutation.PatchType),
        ],
        _ => [FieldError.NotSupported(path.Child("patchType"), mutation.PatchType, PatchTypes)],
    };

    private static Findings<FieldError> Expression(FieldPath path, bool isThere, string? text, (CelEnvironment Environment, CelType Type, string PatchType) wanted) =>
        !isThere ? [FieldError.Required(path, $"must be specified when patchType is {wanted.PatchType}")]
        : string.IsNullOrWhiteSpace(text) ? [FieldError.Required(path.Child("expression"))]
        : AdmissionRuleValidation.Expression(path.Child("expression"), wanted.Environment, text.Trim(), wanted.Type);

    private static Findings<FieldError> Without(FieldPath path, bool isAbsent, string shown, string patchType) =>
        FieldRules.If(!isAbsent, () => FieldError.Invalid(path, shown, $"must not be specified when patchType is {patchType}"));
}
