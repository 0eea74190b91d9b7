using Coppice.Objects.Meta;

namespace Coppice.Objects.Admissionregistration;

/// <summary>What webhooks that change and webhooks that refuse have in common: when one is asked, and how.</summary>
public interface IAdmissionWebhook
{
    /// <inheritdoc cref="ValidatingWebhook.Name"/>
    string Name { get; }

    /// <inheritdoc cref="ValidatingWebhook.ClientConfig"/>
    WebhookClientConfig ClientConfig { get; }

    /// <inheritdoc cref="ValidatingWebhook.Rules"/>
    ValueList<RuleWithOperations> Rules { get; }

    /// <inheritdoc cref="ValidatingWebhook.FailurePolicy"/>
    string? FailurePolicy { get; }

    /// <inheritdoc cref="ValidatingWebhook.MatchPolicy"/>
    string? MatchPolicy { get; }

    /// <inheritdoc cref="ValidatingWebhook.NamespaceSelector"/>
    LabelSelector? NamespaceSelector { get; }

    /// <inheritdoc cref="ValidatingWebhook.ObjectSelector"/>
    LabelSelector? ObjectSelector { get; }

    /// <inheritdoc cref="ValidatingWebhook.SideEffects"/>
    string? SideEffects { get; }

    /// <inheritdoc cref="ValidatingWebhook.TimeoutSeconds"/>
    int? TimeoutSeconds { get; }

    /// <inheritdoc cref="ValidatingWebhook.AdmissionReviewVersions"/>
    ValueList<string> AdmissionReviewVersions { get; }

    /// <inheritdoc cref="ValidatingWebhook.MatchConditions"/>
    ValueList<MatchCondition> MatchConditions { get; }
}
