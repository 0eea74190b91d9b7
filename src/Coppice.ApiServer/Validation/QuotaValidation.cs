using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>Quotas: what they limit, and what they count.</summary>
internal static class QuotaValidation
{
    private const string NeedsExists =
        "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
        + "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

    private static readonly FieldPath Path = FieldPath.Of("spec");

    public static Findings<FieldError> Spec(ResourceQuotaSpec spec) =>
    [
        .. Amounts(Path.Child("hard"), spec.Hard),
        .. Scopes(Path.Child("scopes"), spec),
        .. spec.ScopeSelector is { } selector ? Selector(Path.Child("scopeSelector", "matchExpressions"), spec, selector) : [],
    ];

    /// <summary>Names that can be counted, with amounts of it.</summary>
    public static Findings<FieldError> Amounts(FieldPath path, ValueMap<Quantity> amounts)
    {
        var errors = Findings<FieldError>.None;
        foreach (var (name, amount) in amounts)
        {
            var at = path.Key(name);
            errors.AddRange(ResourceValidation.AnyName(at, name));
            errors.AddRange(FieldRules.If(
                !name.Contains('/') && !IsOfQuotas(name), () => FieldError.Invalid(at, name, "must be a standard resource for quota")));
            errors.AddRange(ResourceValidation.NotNegative(at, amount));
            errors.AddRange(FieldRules.If(
                (IsCount(name) || ResourceName.IsExtended(name)) && amount.MilliValue % 1000 != 0, () => FieldError.Invalid(at, amount, "must be an integer")));
        }

        return errors;
    }

    private static Findings<FieldError> Scopes(FieldPath path, ResourceQuotaSpec spec) =>
    [
        .. spec.Scopes.SelectMany(scope => (IEnumerable<FieldError>)
        [
            .. FieldRules.If(!IsKnown(scope), () => FieldError.Invalid(path, spec.Scopes, "unsupported scope")),
            .. Misapplied(spec, scope).Select(_ => FieldError.Invalid(path, spec.Scopes, "unsupported scope applied to resource")),
        ]),
        .. Conflicts(spec.Scopes).Select(_ => FieldError.Invalid(path, spec.Scopes, "conflicting scopes")),
    ];

    private static Findings<FieldError> Selector(FieldPath path, ResourceQuotaSpec spec, ScopeSelector selector) =>
    [
        .. selector.MatchExpressions.SelectMany(one => (IEnumerable<FieldError>)
        [
            .. FieldRules.If(!IsKnown(one.ScopeName), () => FieldError.Invalid(path.Child("scopeName"), one.ScopeName, "unsupported scope")),
            .. Misapplied(spec, one.ScopeName).Select(_ => FieldError.Invalid(path, selector, "unsupported scope applied to resource")),
            .. FieldRules.If(
                IsKnown(one.ScopeName) && !HasValues(one.ScopeName) && one.Operator != ScopeSelectorOperator.Exists,
                () => FieldError.Invalid(path.Child("operator"), one.Operator, NeedsExists)),
            .. Operator(path, one),
        ]),
        .. Conflicts([.. selector.MatchExpressions.Select(one => one.ScopeName)]).Select(_ => FieldError.Invalid(path, selector, "conflicting scopes")),
    ];

    private static Findings<FieldError> Operator(FieldPath path, ScopedResourceSelectorRequirement one) => one.Operator switch
    {
        ScopeSelectorOperator.In or ScopeSelectorOperator.NotIn => FieldRules.If(
            one.Values.IsEmpty,
            () => FieldError.Required(path.Child("values"), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")),
        ScopeSelectorOperator.Exists or ScopeSelectorOperator.DoesNotExist => FieldRules.If(
            !one.Values.IsEmpty,
            () => FieldError.Invalid(path.Child("values"), one.Values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector")),
        _ => [FieldError.Invalid(path.Child("operator"), one.Operator, "not a valid selector operator")],
    };

    private static bool IsKnown(string scope) => scope is
        ResourceQuotaScope.Terminating or ResourceQuotaScope.NotTerminating or ResourceQuotaScope.BestEffort or ResourceQuotaScope.NotBestEffort
        || HasValues(scope)
        || scope == ResourceQuotaScope.CrossNamespacePodAffinity;

    private static bool HasValues(string scope) => scope is ResourceQuotaScope.PriorityClass or ResourceQuotaScope.VolumeAttributesClass;

    /// <summary>Resources that are not of what the scope is of.</summary>
    private static IEnumerable<string> Misapplied(ResourceQuotaSpec spec, string scope) => spec.Hard.Keys.Where(name => IsOfQuotas(name) && scope switch
    {
        ResourceQuotaScope.BestEffort => name != ResourceName.Pods,
        ResourceQuotaScope.VolumeAttributesClass => name is not (ResourceName.Persistentvolumeclaims or ResourceName.Requestsstorage),
        ResourceQuotaScope.Terminating or ResourceQuotaScope.NotTerminating or ResourceQuotaScope.NotBestEffort
            or ResourceQuotaScope.PriorityClass or ResourceQuotaScope.CrossNamespacePodAffinity => name is not (
                ResourceName.Pods or ResourceName.Cpu or ResourceName.Memory or ResourceName.Requestscpu or ResourceName.Requestsmemory
                or ResourceName.Limitscpu or ResourceName.Limitsmemory),
        _ => false,
    });

    private static IEnumerable<string> Conflicts(ValueList<string> scopes) =>
        new[] { ResourceQuotaScope.BestEffort, ResourceQuotaScope.Terminating }.Where(scope => scopes.Contains(scope) && scopes.Contains($"Not{scope}"));

    private static bool IsOfQuotas(string name) => name != ResourceName.Storage && ResourceName.IsStandard(name);

    /// <summary>What is counted in whole ones.</summary>
    private static bool IsCount(string name) => name is
        ResourceName.Pods or ResourceName.Resourcequotas or ResourceName.Services or ResourceName.Replicationcontrollers or ResourceName.Secrets
        or ResourceName.Configmaps or ResourceName.Persistentvolumeclaims or ResourceName.Servicesnodeports or ResourceName.Servicesloadbalancers;
}
