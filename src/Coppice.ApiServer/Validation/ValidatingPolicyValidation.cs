using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Expressions;
using Coppice.Cel;
using Coppice.Cel.Types;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Validation;

/// <summary>Policies of admission that refuse, and their bindings.</summary>
internal static class ValidatingPolicyValidation
{
    private const int AnnotationsMax = 20;

    private static readonly string[] Reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];

    private static readonly string[] Actions = [ValidationAction.Audit, ValidationAction.Deny, ValidationAction.Warn];

    public static Findings<FieldError> Policy(string name, ValidatingAdmissionPolicySpec spec)
    {
        var path = FieldPath.Of("spec");
        var types = new Dictionary<string, CelType>(StringComparer.Ordinal);
        var environment = AdmissionExpressions.Environment(spec.ParamKind is not null, types);
        var neither = spec.Validations.IsEmpty && spec.AuditAnnotations.IsEmpty;
        const string One = "validations or auditAnnotations must contain at least one item";
        return
        [
            .. PolicyTermsValidation.Policy(spec, types),
            .. FieldRules.If(neither, () => FieldError.Required(path.Child("validations"), One)),
            .. FieldRules.If(neither, () => FieldError.Required(path.Child("auditAnnotations"), One)),
            .. FieldRules.Each(path.Child("validations"), spec.Validations, (at, one) => Validation(at, one, environment)),
            .. Annotations(path.Child("auditAnnotations"), name, spec.AuditAnnotations, environment),
        ];
    }

    public static Findings<FieldError> Binding(ValidatingAdmissionPolicyBindingSpec spec) =>
        [.. PolicyTermsValidation.Binding(spec), .. ValidationActions(FieldPath.Of("spec", "validationActions"), spec.ValidationActions)];

    private static Findings<FieldError> Validation(FieldPath path, PolicyValidation one, CelEnvironment environment)
    {
        var (expression, message) = (one.Expression.Trim(), one.Message?.Trim() ?? "");
        return
        [
            .. expression.Length == 0
                ? [FieldError.Required(path.Child("expression"), "expression is not specified")]
                : AdmissionRuleValidation.Expression(path.Child("expression"), environment, expression, CelType.Bool),
            .. string.IsNullOrEmpty(one.MessageExpression) ? []
                : string.IsNullOrWhiteSpace(one.MessageExpression)
                    ? [FieldError.Invalid(path.Child("messageExpression"), one.MessageExpression, "must be non-empty if specified")]
                : AdmissionRuleValidation.Expression(path.Child("messageExpression"), environment, one.MessageExpression, CelType.String),
            .. !string.IsNullOrEmpty(one.Message) && message.Length == 0
                ? [FieldError.Invalid(path.Child("message"), one.Message, "message must be non-empty if specified")]
                : FieldRules.If(HasLineBreak(message), () => FieldError.Invalid(path.Child("message"), one.Message, "message must not contain line breaks")),
            .. FieldRules.If(
                HasLineBreak(expression) && message.Length == 0 && string.IsNullOrEmpty(one.Message),
                () => FieldError.Required(path.Child("message"), "message must be specified if expression contains line breaks")),
            .. FieldRules.If(one.Reason is not null && !Reasons.Contains(one.Reason), () => FieldError.NotSupported(path.Child("reason"), one.Reason, Reasons)),
        ];
    }

    private static bool HasLineBreak(string text) => text.AsSpan().IndexOfAny('\n', '\r') >= 0;

    private static Findings<FieldError> Annotations(FieldPath path, string policy, ValueList<AuditAnnotation> annotations, CelEnvironment environment) =>
    [
        .. FieldRules.If(annotations.Count > AnnotationsMax, () => FieldError.Invalid(path, annotations, $"must not have more than {AnnotationsMax} auditAnnotations")),
        .. FieldRules.Each(path, annotations, (at, one) => (Findings<FieldError>)
        [
            .. FieldRules.Named(at.Child("key"), policy.Length > 0 ? $"{policy}/{one.Key}" : one.Key, Names.Qualified),
            .. string.IsNullOrWhiteSpace(one.ValueExpression)
                ? [FieldError.Required(at.Child("valueExpression"), "valueExpression is not specified")]
                : AdmissionRuleValidation.Expression(at.Child("valueExpression"), environment, one.ValueExpression, CelType.String, CelType.Null),
        ]),
        .. FieldRules.Repeated(annotations, one => one.Key).Select(one => FieldError.Duplicate(path.Index(one.Index).Child("key"), one.Key)),
    ];

    private static Findings<FieldError> ValidationActions(FieldPath path, ValueList<string> actions) =>
    [
        .. FieldRules.Each(path, actions, (at, one) => FieldRules.If(!Actions.Contains(one), () => FieldError.NotSupported(at, one, Actions))),
        .. FieldRules.Repeated(actions, one => one).Select(one => FieldError.Duplicate(path.Index(one.Index), one.Key)),
        .. FieldRules.If(
            actions.Contains(ValidationAction.Deny) && actions.Contains(ValidationAction.Warn),
            () => FieldError.Invalid(
                path,
                actions,
                "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)")),
        .. FieldRules.If(actions.IsEmpty, () => FieldError.Required(path, "at least one validation action is required")),
    ];


}
