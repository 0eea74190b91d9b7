using Coppice.ApiServer.Admission.Evaluation;
using Coppice.ApiServer.Expressions;
using Coppice.Cel.Types;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>One thing that must hold, ready to be tried.</summary>
internal sealed record ReadyValidation(PolicyValidation Terms, ReadyExpression Condition, ReadyExpression? Message);

/// <summary>What a policy asks, ready to be tried, and what it notes.</summary>
internal sealed record ValidatingRules(IReadOnlyList<ReadyValidation> Validations, IReadOnlyList<(string Key, ReadyExpression Value)> Annotations)
{
    public static ReadyPolicy<ValidatingRules> Of(ValidatingAdmissionPolicy policy) => new(policy, policy.Spec, types => Of(policy.Spec, types));

    private static ValidatingRules Of(ValidatingAdmissionPolicySpec spec, IReadOnlyDictionary<string, CelType> types)
    {
        var environment = AdmissionExpressions.Environment(spec.ParamKind is not null, types);
        return new(
            [.. spec.Validations.Select(one => new ReadyValidation(
                one,
                ReadyExpression.Of(environment, one.Expression, CelType.Bool),
                string.IsNullOrEmpty(one.MessageExpression) ? null : ReadyExpression.Of(environment, one.MessageExpression, CelType.String)))],
            [.. spec.AuditAnnotations.Select(one => (one.Key, ReadyExpression.Of(environment, one.ValueExpression, CelType.String, CelType.Null)))]);
    }
}
