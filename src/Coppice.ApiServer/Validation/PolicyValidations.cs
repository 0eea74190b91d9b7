using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Expressions;
using Coppice.Cel;
using Coppice.Cel.Types;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Validation;

/// <summary>Policies of admission and their bindings.</summary>
internal static partial class PolicyValidations
{
    private const int AnnotationsMax = 20;

    private static readonly string[] Reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];

    private static readonly string[] Actions = [ValidationAction.Audit, ValidationAction.Deny, ValidationAction.Warn];

    public static Findings<FieldError> Policy(string name, ValidatingAdmissionPolicySpec spec)
    {
        var path = FieldPath.Of("spec");
        var types = new Dictionary<string, CelType>(StringComparer.Ordinal);
        var environment = AdmissionExpressions.Environment(spec.ParamKind is not null, types);
        var conditions = AdmissionExpressions.Environment(spec.ParamKind is not null, null);
        var neither = spec.Validations.IsEmpty && spec.AuditAnnotations.IsEmpty;
        const string One = "validations or auditAnnotations must contain at least one item";
        return
        [
            .. OneOf(path.Child("failurePolicy"), spec.FailurePolicy, FailurePolicyType.Fail, FailurePolicyType.Ignore),
            .. spec.ParamKind is { } kind ? Kind(path.Child("paramKind"), kind) : [],
            .. spec.MatchConstraints is { } match ? Constraints(path.Child("matchConstraints"), match) : [FieldError.Required(path.Child("matchConstraints"))],
            .. AdmissionRuleValidation.Conditions(
                path.Child("matchConditions"), spec.MatchConditions, (at, text) => Expression(at, conditions, text, CelType.Bool)),
            .. Variables(path.Child("variables"), spec.Variables, environment, types),
            .. FieldRules.If(neither, () => FieldError.Required(path.Child("validations"), One)),
            .. FieldRules.If(neither, () => FieldError.Required(path.Child("auditAnnotations"), One)),
            .. FieldRules.Each(path.Child("validations"), spec.Validations, (at, one) => Validation(at, one, environment)),
            .. Annotations(path.Child("auditAnnotations"), name, spec.AuditAnnotations, environment),
        ];
    }

    public static Findings<FieldError> Binding(ValidatingAdmissionPolicyBindingSpec spec)
    {
        var path = FieldPath.Of("spec");
        return
        [
            .. FieldRules.RequiredName(path.Child("policyName"), spec.PolicyName, Names.Subdomain),
            .. spec.ParamRef is { } parameters ? Parameters(path.Child("paramRef"), parameters) : [],
            .. spec.MatchResources is { } match ? Match(path.Child("matchResources"), match) : [],
            .. ValidationActions(path.Child("validationActions"), spec.ValidationActions),
        ];
    }

    private static Findings<FieldError> OneOf(FieldPath path, string? value, params string[] supported) => value is null
        ? [FieldError.Required(path)]
        : FieldRules.If(!supported.Contains(value), () => FieldError.NotSupported(path, value, supported));

    private static Findings<FieldError> Kind(FieldPath path, ParamKind kind)
    {
        var version = kind.ApiVersion ?? "";
        var at = path.Child("apiVersion");
        var parts = version.Split('/');
        Findings<FieldError> errors = version.Length == 0 ? [FieldError.Required(at)]
            : parts.Length > 2 ? [FieldError.Invalid(at, version, $"unexpected GroupVersion string: {version}")]
            :
            [
                .. parts.Length == 2 && parts[0].Length > 0 ? FieldRules.Named(at, parts[0], Names.Subdomain) : [],
                .. parts[^1].Length == 0 ? [FieldError.Invalid(at, "", "version must be specified")] : FieldRules.Named(at, parts[^1], Names.OldLabel),
            ];
        var problems = string.IsNullOrEmpty(kind.Kind) ? [] : Names.OldLabel(kind.Kind.ToLowerInvariant());
        errors.AddRange(FieldRules.Required(path.Child("kind"), kind.Kind));
        errors.AddRange(FieldRules.If(
            problems.Count > 0,
            () => FieldError.Invalid(path.Child("kind"), kind.Kind, $"may have mixed case, but should otherwise match: {string.Join(",", problems)}")));
        return errors;
    }

    private static Findings<FieldError> Constraints(FieldPath path, MatchResources match) =>
    [
        .. Match(path, match),
        .. FieldRules.If(match.ResourceRules.IsEmpty, () => FieldError.Required(path.Child("resourceRules"))),
    ];

    private static Findings<FieldError> Match(FieldPath path, MatchResources match) =>
    [
        .. OneOf(path.Child("matchPolicy"), match.MatchPolicy, MatchPolicyType.Equivalent, MatchPolicyType.Exact),
        .. LabelValidation.Selector(path.Child("namespaceSelector"), match.NamespaceSelector),
        .. LabelValidation.Selector(path.Child("objectSelector"), match.ObjectSelector),
        .. FieldRules.Each(path.Child("resourceRules"), match.ResourceRules, Rule),
        .. FieldRules.Each(path.Child("excludeResourceRules"), match.ExcludeResourceRules, Rule),
    ];

    private static Findings<FieldError> Rule(FieldPath path, NamedRuleWithOperations rule) =>
    [
        .. FieldRules.Each(path.Child("resourceNames"), rule.ResourceNames, (at, name) => FieldRules.Named(at, name, Names.PathSegment)),
        .. FieldRules.Repeated(rule.ResourceNames, name => name)
            .Select(one => FieldError.Duplicate(path.Child("resourceNames").Index(one.Index), one.Key)),
        .. AdmissionRuleValidation.Rule(path, new RuleWithOperations
        {
            Operations = rule.Operations, ApiGroups = rule.ApiGroups, ApiVersions = rule.ApiVersions, Resources = rule.Resources, Scope = rule.Scope,
        }),
    ];

    private static Findings<FieldError> Expression(FieldPath path, CelEnvironment environment, string text, params CelType[] types)
    {
        AdmissionExpressions.Compile(environment, text, out var error, types);
        return FieldRules.If(error is not null, () => FieldError.Invalid(path, text, error!));
    }

    /// <summary>Each may use those before it.</summary>
    private static Findings<FieldError> Variables(
        FieldPath path, ValueList<Variable> variables, CelEnvironment environment, Dictionary<string, CelType> types) => FieldRules.Each(path, variables, (at, variable) =>
    {
        var errors = Findings<FieldError>.None;
        if (string.IsNullOrWhiteSpace(variable.Name))
        {
            errors.Add(FieldError.Required(at.Child("name"), "name is not specified"));
        }
        else if (!IsIdentifier().IsMatch(variable.Name) || ReservedWords.Contains(variable.Name))
        {
            errors.Add(FieldError.Invalid(at.Child("name"), variable.Name, "name is not a valid CEL identifier"));
        }
        else if (types.ContainsKey(variable.Name))
        {
            errors.Add(FieldError.Duplicate(at.Child("name"), variable.Name));
        }

        if (string.IsNullOrWhiteSpace(variable.Expression))
        {
            errors.Add(FieldError.Required(at.Child("expression"), "expression is not specified"));
            return errors;
        }

        var compiled = AdmissionExpressions.Compile(environment, variable.Expression, out var error);
        errors.AddRange(FieldRules.If(error is not null, () => FieldError.Invalid(at.Child("expression"), variable.Expression, error!)));
        types[variable.Name] = compiled?.Type ?? CelType.Dyn;
        return errors;
    });

    private static Findings<FieldError> Validation(FieldPath path, PolicyValidation one, CelEnvironment environment)
    {
        var (expression, message) = (one.Expression.Trim(), one.Message?.Trim() ?? "");
        return
        [
            .. expression.Length == 0
                ? [FieldError.Required(path.Child("expression"), "expression is not specified")]
                : Expression(path.Child("expression"), environment, expression, CelType.Bool),
            .. string.IsNullOrEmpty(one.MessageExpression) ? []
                : string.IsNullOrWhiteSpace(one.MessageExpression)
                    ? [FieldError.Invalid(path.Child("messageExpression"), one.MessageExpression, "must be non-empty if specified")]
                : Expression(path.Child("messageExpression"), environment, one.MessageExpression, CelType.String),
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
                : Expression(at.Child("valueExpression"), environment, one.ValueExpression, CelType.String, CelType.Null),
        ]),
        .. FieldRules.Repeated(annotations, one => one.Key).Select(one => FieldError.Duplicate(path.Index(one.Index).Child("key"), one.Key)),
    ];

    private static Findings<FieldError> Parameters(FieldPath path, ParamRef parameters)
    {
        var named = !string.IsNullOrEmpty(parameters.Name);
        const string Both = "name and selector are mutually exclusive";
        return
        [
            .. named ? FieldRules.Named(path.Child("name"), parameters.Name!, Names.PathSegment) : [],
            .. LabelValidation.Selector(path.Child("selector"), parameters.Selector),
            .. FieldRules.If(named && parameters.Selector is not null, () => FieldError.Forbidden(path.Child("name"), Both)),
            .. FieldRules.If(named && parameters.Selector is not null, () => FieldError.Forbidden(path.Child("selector"), Both)),
            .. FieldRules.If(!named && parameters.Selector is null, () => FieldError.Required(path, "one of name or selector must be specified")),
            .. OneOf(path.Child("parameterNotFoundAction"), parameters.ParameterNotFoundAction, ParameterNotFoundActionType.Deny, ParameterNotFoundActionType.Allow),
        ];
    }

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
        .. FieldRules.If(actions.IsEmpty, () => FieldError.Required(path)),
    ];

    private static readonly HashSet<string> ReservedWords = new(StringComparer.Ordinal)
    {
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
        "return", "var", "void", "while",
    };

    [System.Text.RegularExpressions.GeneratedRegex(@"\A[_a-zA-Z][_a-zA-Z0-9]*\z")]
    private static partial System.Text.RegularExpressions.Regex IsIdentifier();
}
