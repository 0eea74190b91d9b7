using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>What is meant where a policy or its binding does not say which requests it is about.</summary>
internal static class PolicyDefaults
{
    public static MatchResources? Of(MatchResources? match) => match is null ? null : match with
    {
        MatchPolicy = match.MatchPolicy ?? MatchPolicyType.Equivalent,
        NamespaceSelector = match.NamespaceSelector ?? new(),
        ObjectSelector = match.ObjectSelector ?? new(),
        ResourceRules = Of(match.ResourceRules),
        ExcludeResourceRules = Of(match.ExcludeResourceRules),
    };

    private static ValueList<NamedRuleWithOperations> Of(ValueList<NamedRuleWithOperations> rules) =>
        rules.Any(rule => rule.Scope is null) ? rules.ConvertAll(rule => rule.Scope is null ? rule with { Scope = ScopeType.All } : rule) : rules;
}
