using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Expressions;
using Coppice.Cel;
using Coppice.Cel.Types;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Validation;

/// <summary>What webhooks and policies of admission say of the requests that they are about: rules and match conditions.</summary>
internal static class AdmissionRuleValidation
{
    private const int ConditionsMax = 64;

    private const string All = "*";

    private static readonly string[] Operations = [OperationType.All, OperationType.Connect, OperationType.Create, OperationType.Delete, OperationType.Update];

    private static readonly string[] Scopes = [ScopeType.All, ScopeType.Cluster, ScopeType.Namespaced];

    /// <param name="path">Of the rule.</param>
    public static Findings<FieldError> Rule(FieldPath path, RuleWithOperations rule) =>
    [
        .. OneOrAll(path.Child("operations"), rule.Operations, "operations"),
        .. FieldRules.Each(path.Child("operations"), rule.Operations, (at, one) =>
            FieldRules.If(!Operations.Contains(one), () => FieldError.NotSupported(at, one, Operations))),
        .. OneOrAll(path.Child("apiGroups"), rule.ApiGroups, "API groups"),
        .. OneOrAll(path.Child("apiVersions"), rule.ApiVersions, "API versions"),
        .. FieldRules.Each(path.Child("apiVersions"), rule.ApiVersions, (at, one) => FieldRules.Required(at, one)),
        .. Resources(path.Child("resources"), rule.Resources),
        .. FieldRules.If(rule.Scope is { } scope && !Scopes.Contains(scope), () => FieldError.NotSupported(path.Child("scope"), rule.Scope, Scopes)),
    ];

    /// <param name="environment">What the conditions may name.</param>
    public static Findings<FieldError> Conditions(FieldPath path, ValueList<MatchCondition> conditions, CelEnvironment environment) =>
    [
        .. FieldRules.If(conditions.Count > ConditionsMax, () => FieldError.TooMany(path, conditions.Count, ConditionsMax)),
        .. FieldRules.Each(path, conditions, (at, condition) => (Findings<FieldError>)
        [
            .. condition.Expression.Trim() is { Length: > 0 } text
                ? Expression(at.Child("expression"), environment, text, CelType.Bool)
                : [FieldError.Required(at.Child("expression"))],
            .. FieldRules.RequiredName(at.Child("name"), condition.Name, Names.Qualified),
        ]),
        .. FieldRules.DistinctNames(path, conditions, condition => condition.Name, (at, name) => FieldError.Duplicate(at.Child("name"), name)),
    ];

    /// <param name="types">What it may come to.</param>
    public static Findings<FieldError> Expression(FieldPath path, CelEnvironment environment, string text, params CelType[] types)
    {
        AdmissionExpressions.Compile(environment, text, out var error, types);
        return FieldRules.If(error is not null, () => FieldError.Invalid(path, text, error!));
    }

    private static Findings<FieldError> OneOrAll(FieldPath path, ValueList<string> values, string what) =>
    [
        .. FieldRules.If(values.IsEmpty, () => FieldError.Required(path)),
        .. FieldRules.If(
            values.Count > 1 && values.Contains(All), () => FieldError.Invalid(path, values, $"if '*' is present, must not specify other {what}")),
    ];

    private static Findings<FieldError> Resources(FieldPath path, ValueList<string> resources)
    {
        var errors = FieldRules.If(resources.IsEmpty, () => FieldError.Required(path));
        var (ofAllSubresources, ofAllResources) = (new HashSet<string>(), new HashSet<string>());
        for (var i = 0; i < resources.Count; i++)
        {
            var (at, text) = (path.Index(i), resources[i]);
            if (text.Length == 0)
            {
                errors.Add(FieldError.Required(at));
                continue;
            }

            if (text.Split('/', 2) is not [var resource, var subresource])
            {
                continue;
            }

            errors.AddRange(FieldRules.If(
                ofAllSubresources.Contains(resource), () => FieldError.Invalid(at, text, $"if '{resource}/*' is present, must not specify {text}")));
            errors.AddRange(FieldRules.If(
                ofAllResources.Contains(subresource), () => FieldError.Invalid(at, text, $"if '*/{subresource}' is present, must not specify {text}")));
            _ = subresource == All && ofAllSubresources.Add(resource);
            _ = resource == All && ofAllResources.Add(subresource);
        }

        errors.AddRange(FieldRules.If(
            resources.Count > 1 && resources.Contains("*/*"),
            () => FieldError.Invalid(path, resources, "if '*/*' is present, must not specify other resources")));

        // Of those without subresources, Kubernetes looks at the last alone.
        errors.AddRange(FieldRules.If(
            resources.Contains(All) && resources.Last(one => !one.Contains('/')) != All,
            () => FieldError.Invalid(path, resources, "if '*' is present, must not specify other resources without subresources")));
        return errors;
    }
}
