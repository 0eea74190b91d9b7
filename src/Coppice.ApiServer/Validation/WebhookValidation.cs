using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Expressions;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Validation;

/// <summary>What may stay as it is, because it was taken before it was asked for: an update may leave it, and may not bring it.</summary>
internal sealed record WebhookLeniency(bool SideEffects, bool ReviewVersions, bool EqualNames, bool Conditions)
{
    public static readonly WebhookLeniency None = new(false, false, false, false);

    public static WebhookLeniency Of(ValueList<IAdmissionWebhook> now, ValueList<IAdmissionWebhook> old) => new(
        old.Any(one => !WebhookValidation.HasNoSideEffects(one)),
        old.Any(one => !one.AdmissionReviewVersions.IsEmpty && !WebhookValidation.HasKnownVersion(one)),
        old.DistinctBy(one => one.Name).Count() < old.Count,
        now.Select(one => one.MatchConditions).SequenceEqual(old.Select(one => one.MatchConditions)));
}

/// <summary>The webhooks of admission: when each is asked, and how.</summary>
internal static class WebhookValidation
{
    private const int LongestTimeout = 30;

    private static readonly string[] ReviewVersions = ["v1", "v1beta1"];

    private static readonly string[] NoSideEffects = [SideEffectClass.None, SideEffectClass.NoneOnDryRun];

    private static readonly string[] EverySideEffect = [SideEffectClass.None, SideEffectClass.NoneOnDryRun, SideEffectClass.Some, SideEffectClass.Unknown];

    public static bool HasNoSideEffects(IAdmissionWebhook webhook) => NoSideEffects.Contains(webhook.SideEffects);

    public static bool HasKnownVersion(IAdmissionWebhook webhook) => webhook.AdmissionReviewVersions.Any(version => ReviewVersions.Contains(version));

    public static Findings<FieldError> Validate(ValueList<IAdmissionWebhook> webhooks, WebhookLeniency leniency)
    {
        var path = FieldPath.Of("webhooks");
        return
        [
            .. FieldRules.Each(path, webhooks, (at, webhook) => One(at, webhook, leniency)),
            .. leniency.EqualNames
                ? []
                : FieldRules.DistinctNames(path, webhooks, webhook => webhook.Name, (at, name) => FieldError.Duplicate(at.Child("name"), name)),
        ];
    }

    private static Findings<FieldError> One(FieldPath path, IAdmissionWebhook webhook, WebhookLeniency leniency) =>
    [
        .. FullName(path.Child("name"), webhook.Name),
        .. FieldRules.Each(path.Child("rules"), webhook.Rules, AdmissionRuleValidation.Rule),
        .. OneOf(path.Child("failurePolicy"), webhook.FailurePolicy, FailurePolicyType.Fail, FailurePolicyType.Ignore),
        .. OneOf(path.Child("matchPolicy"), webhook.MatchPolicy, MatchPolicyType.Equivalent, MatchPolicyType.Exact),
        .. SideEffects(path.Child("sideEffects"), webhook.SideEffects, leniency.SideEffects ? EverySideEffect : NoSideEffects),
        .. FieldRules.If(
            webhook.TimeoutSeconds is < 1 or > LongestTimeout,
            () => FieldError.Invalid(path.Child("timeoutSeconds"), webhook.TimeoutSeconds, "the timeout value must be between 1 and 30 seconds")),
        .. LabelValidation.Selector(path.Child("namespaceSelector"), webhook.NamespaceSelector),
        .. LabelValidation.Selector(path.Child("objectSelector"), webhook.ObjectSelector),
        .. webhook is MutatingWebhook mutating
            ? OneOf(path.Child("reinvocationPolicy"), mutating.ReinvocationPolicy, ReinvocationPolicyType.IfNeeded, ReinvocationPolicyType.Never)
            : [],
        .. WebhookClientValidation.Validate(path.Child("clientConfig"), webhook.ClientConfig),
        .. leniency.Conditions ? [] : AdmissionRuleValidation.Conditions(path.Child("matchConditions"), webhook.MatchConditions, AdmissionExpressions.Conditions),
        .. Versions(path.Child("admissionReviewVersions"), webhook, leniency.ReviewVersions),
    ];

    private static Findings<FieldError> OneOf(FieldPath path, string? value, params string[] supported) =>
        FieldRules.If(value is not null && !supported.Contains(value), () => FieldError.NotSupported(path, value, supported));

    private static Findings<FieldError> FullName(FieldPath path, string name)
    {
        if (name.Length == 0)
        {
            return [FieldError.Required(path)];
        }

        var problems = Names.Subdomain(name);
        return problems.Count > 0 ? [FieldError.Invalid(path, name, string.Join(",", problems))]
            : FieldRules.If(
                name.Split('.').Length < 3, () => FieldError.Invalid(path, name, "should be a domain with at least three segments separated by dots"));
    }

    private static Findings<FieldError> SideEffects(FieldPath path, string? value, string[] supported) => value is null
        ? [FieldError.Required(path, $"must specify one of {string.Join(", ", supported)}")]
        : OneOf(path, value, supported);

    private static Findings<FieldError> Versions(FieldPath path, IAdmissionWebhook webhook, bool lenient)
    {
        var versions = webhook.AdmissionReviewVersions;
        var known = string.Join(", ", ReviewVersions);
        if (versions.IsEmpty)
        {
            return [FieldError.Required(path, $"must specify one of {known}")];
        }

        var repeated = FieldRules.Repeated(versions, version => version).Select(one => one.Index).ToHashSet();
        var errors = Findings<FieldError>.None;
        for (var i = 0; i < versions.Count; i++)
        {
            errors.AddRange(repeated.Contains(i)
                ? [FieldError.Invalid(path.Index(i), versions[i], "duplicate version")]
                : FieldRules.Named(path.Index(i), versions[i], Names.OldLabel));
        }

        errors.AddRange(FieldRules.If(
            !lenient && !HasKnownVersion(webhook), () => FieldError.Invalid(path, versions, $"must include at least one of {known}")));
        return errors;
    }
}
