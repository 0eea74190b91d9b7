using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>MutatingWebhookConfigurations: what was taken once may stay, and what is new must be right.</summary>
internal sealed class MutatingWebhookConfigurationStrategy : KindStrategy<MutatingWebhookConfiguration>
{
    public override MutatingWebhookConfiguration Default(MutatingWebhookConfiguration item) => item with { Webhooks = item.Webhooks.ConvertAll(Default) };

    public override MutatingWebhookConfiguration PrepareForCreate(MutatingWebhookConfiguration item) => item with { Metadata = FirstGeneration(item) };

    public override MutatingWebhookConfiguration PrepareForUpdate(MutatingWebhookConfiguration item, MutatingWebhookConfiguration old) =>
        item with { Metadata = NextGeneration(item, old, item.Webhooks != old.Webhooks) };

    public override Findings<FieldError> Validate(MutatingWebhookConfiguration item) => WebhookValidation.Validate(Terms(item), WebhookLeniency.None);

    public override Findings<FieldError> ValidateUpdate(MutatingWebhookConfiguration item, MutatingWebhookConfiguration old) =>
        WebhookValidation.Validate(Terms(item), WebhookLeniency.Of(Terms(item), Terms(old)));

    private static ValueList<IAdmissionWebhook> Terms(MutatingWebhookConfiguration item) => item.Webhooks.ConvertAll<IAdmissionWebhook>(webhook => webhook);

    private static MutatingWebhook Default(MutatingWebhook webhook) => webhook with
    {
        FailurePolicy = webhook.FailurePolicy ?? FailurePolicyType.Fail,
        MatchPolicy = webhook.MatchPolicy ?? MatchPolicyType.Equivalent,
        NamespaceSelector = webhook.NamespaceSelector ?? new(),
        ObjectSelector = webhook.ObjectSelector ?? new(),
        TimeoutSeconds = webhook.TimeoutSeconds ?? WebhookDefaults.TimeoutSeconds,
        ReinvocationPolicy = webhook.ReinvocationPolicy ?? ReinvocationPolicyType.Never,
        Rules = WebhookDefaults.Of(webhook.Rules),
        ClientConfig = WebhookDefaults.Of(webhook.ClientConfig),
    };
}
