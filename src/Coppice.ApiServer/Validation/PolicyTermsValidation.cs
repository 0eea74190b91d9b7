using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Expressions;
using Coppice.Cel;
using Coppice.Cel.Types;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Validation;

/// <summary>What policies that change and policies that refuse have in common, and so their bindings.</summary>
internal static partial class PolicyTermsValidation
{
    /// <param name="types">Gets the types of the variables, whatever is wrong with them.</param>
    public static Findings<FieldError> Policy(IAdmissionPolicy policy, Dictionary<string, CelType> types)
    {
        var path = FieldPath.Of("spec");
        var environment = AdmissionExpressions.Environment(policy.ParamKind is not null, types);
        var conditions = AdmissionExpressions.Environment(policy.ParamKind is not null, null);
        return
        [
            .. OneOf(path.Child("failurePolicy"), policy.FailurePolicy, FailurePolicyType.Fail, FailurePolicyType.Ignore),
            .. policy.ParamKind is { } kind ? Kind(path.Child("paramKind"), kind) : [],
            .. policy.MatchConstraints is { } match ? Constraints(path.Child("matchConstraints"), match) : [FieldError.Required(path.Child("matchConstraints"))],
            .. AdmissionRuleValidation.Conditions(path.Child("matchConditions"), policy.MatchConditions, conditions),
            .. Variables(path.Child("variables"), policy.Variables, environment, types),
        ];
    }

    public static Findings<FieldError> Binding(IAdmissionPolicyBinding binding)
    {
        var path = FieldPath.Of("spec");
        return
        [
            .. FieldRules.RequiredName(path.Child("policyName"), binding.PolicyName, Names.Subdomain),
            .. binding.ParamRef is { } parameters ? Parameters(path.Child("paramRef"), parameters) : [],
            .. binding.MatchResources is { } match ? Match(path.Child("matchResources"), match) : [],
        ];
    }

    public static Findings<FieldError> OneOf(FieldPath path, string? value, params string[] supported) => string.IsNullOrEmpty(value)
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

    private static readonly HashSet<string> ReservedWords = new(StringComparer.Ordinal)
    {
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
        "return", "var", "void", "while",
    };

    [System.Text.RegularExpressions.GeneratedRegex(@"\A[_a-zA-Z][_a-zA-Z0-9]*\z")]
    private static partial System.Text.RegularExpressions.Regex IsIdentifier();
}
