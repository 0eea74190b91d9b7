using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Expressions;
using Coppice.ApiServer.Registry;
using Coppice.Cel;
using Coppice.Cel.Types;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>What of a policy's expressions does not fit the kinds that it is about. It is only told: the policy counts all the same.</summary>
internal static class PolicyTypes
{
    // Of one rule, as in Kubernetes: the others take too long.
    private const int KindsMax = 10;

    public static ValueList<ExpressionWarning> Check(ValidatingAdmissionPolicySpec policy, ServedKinds kinds)
    {
        var parameters = policy.ParamKind is { } wanted ? kinds.All.FirstOrDefault(one => one.Kind.ApiVersion == wanted.ApiVersion && one.Kind.Name == wanted.Kind) : null;
        var environments = KindsOf(policy, kinds).Select(kind => (Kind: kind, Environment: EnvironmentOf(policy, kind, parameters?.Kind))).ToList();
        var path = FieldPath.Of("spec", "validations");
        return
        [
            .. policy.Validations.SelectMany((one, i) => (ExpressionWarning?[])
            [
                Warn(path.Index(i).Child("expression"), one.Expression, environments),
                string.IsNullOrEmpty(one.MessageExpression) ? null : Warn(path.Index(i).Child("messageExpression"), one.MessageExpression, environments),
            ]).OfType<ExpressionWarning>(),
        ];
    }

    private static ExpressionWarning? Warn(FieldPath path, string expression, IEnumerable<(Kind Kind, CelEnvironment Environment)> environments)
    {
        var issues = environments
            .Select(one => (one.Kind, Issues: one.Environment.Compile(expression, out var errors) is null ? errors : null))
            .Where(one => one.Issues is not null)
            .Select(one => $"{one.Kind.Group}/{one.Kind.Version}, Kind={one.Kind.Name}: {one.Issues}\n")
            .ToList();
        return issues.Count == 0 ? null : new() { FieldRef = path.ToString(), Warning = string.Join('\n', issues) };
    }

    private static CelEnvironment EnvironmentOf(ValidatingAdmissionPolicySpec policy, Kind kind, Kind? parameters)
    {
        var types = new Dictionary<string, CelType>(StringComparer.Ordinal);
        var environment = AdmissionExpressions.Environment(KindTypes.Of(kind), parameters is null ? null : KindTypes.Of(parameters), types);
        foreach (var variable in policy.Variables)
        {
            types[variable.Name] = environment.Compile(variable.Expression, out _)?.Type ?? CelType.Dyn;
        }

        return environment;
    }

    /// <summary>The kinds that the rules name; a rule with an asterisk names none.</summary>
    private static IEnumerable<Kind> KindsOf(ValidatingAdmissionPolicySpec policy, ServedKinds kinds) => (policy.MatchConstraints?.ResourceRules ?? default)
        .SelectMany(rule => KindsOf(rule, kinds).Take(KindsMax))
        .Distinct()
        .OrderBy(kind => kind.Group, StringComparer.Ordinal)
        .ThenBy(kind => kind.Version, StringComparer.Ordinal)
        .ThenBy(kind => kind.Name, StringComparer.Ordinal);

    private static IEnumerable<Kind> KindsOf(NamedRuleWithOperations rule, ServedKinds kinds) =>
        from @group in Named(rule.ApiGroups)
        from version in Named(rule.ApiVersions)
        from resource in rule.Resources.Order(StringComparer.Ordinal)
        where resource.AsSpan().IndexOfAny('*', '/') < 0
        let served = kinds.Find(@group, version, resource)
        where served is not null
        select served.Kind;

    private static IEnumerable<string> Named(ValueList<string> values) => values.Any(value => value.Contains('*')) ? [] : values.Order(StringComparer.Ordinal);
}
