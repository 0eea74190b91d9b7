using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>ValidatingWebhookConfigurations: what was taken once may stay, and what is new must be right.</summary>
internal sealed class ValidatingWebhookConfigurationStrategy : KindStrategy<ValidatingWebhookConfiguration>
{
    public override ValidatingWebhookConfiguration Default(ValidatingWebhookConfiguration item) => item with { Webhooks = item.Webhooks.ConvertAll(Default) };

    public override ValidatingWebhookConfiguration PrepareForCreate(ValidatingWebhookConfiguration item) => item with { Metadata = FirstGeneration(item) };

    public override ValidatingWebhookConfiguration PrepareForUpdate(ValidatingWebhookConfiguration item, ValidatingWebhookConfiguration old) =>
        item with { Metadata = NextGeneration(item, old, item.Webhooks != old.Webhooks) };

    public override Findings<FieldError> Validate(ValidatingWebhookConfiguration item) => WebhookValidation.Validate(Terms(item), WebhookLeniency.None);

    public override Findings<FieldError> ValidateUpdate(ValidatingWebhookConfiguration item, ValidatingWebhookConfiguration old) =>
        WebhookValidation.Validate(Terms(item), WebhookLeniency.Of(Terms(item), Terms(old)));

    private static ValueList<IAdmissionWebhook> Terms(ValidatingWebhookConfiguration item) => item.Webhooks.ConvertAll<IAdmissionWebhook>(webhook => webhook);

    private static ValidatingWebhook Default(ValidatingWebhook webhook) => webhook with
    {
        FailurePolicy = webhook.FailurePolicy ?? FailurePolicyType.Fail,
        MatchPolicy = webhook.MatchPolicy ?? MatchPolicyType.Equivalent,
        NamespaceSelector = webhook.NamespaceSelector ?? new(),
        ObjectSelector = webhook.ObjectSelector ?? new(),
        TimeoutSeconds = webhook.TimeoutSeconds ?? WebhookDefaults.TimeoutSeconds,
        Rules = WebhookDefaults.Of(webhook.Rules),
        ClientConfig = WebhookDefaults.Of(webhook.ClientConfig),
    };
}
