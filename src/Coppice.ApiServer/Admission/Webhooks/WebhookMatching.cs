using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Webhooks;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission.Webhooks;

/// <summary>A webhook that is to be asked.</summary>
/// <param name="Asked">What the client asked.</param>
/// <param name="Shown">The same by the version of the resource that the webhook's rule names.</param>
internal sealed record WebhookCall(ReadyWebhook Webhook, AdmissionTarget Asked, AdmissionTarget Shown)
{
    public IAdmissionWebhook Terms => Webhook.Terms;

    /// <summary>What becomes of the request where the webhook gave no answer.</summary>
    /// <returns>A refusal; null if it goes on without that answer.</returns>
    public ApiError? Unanswered(WebhookException why) => Terms.FailurePolicy == FailurePolicyType.Ignore
        ? null
        : ApiErrors.InternalError($"failed calling webhook {QuotedText.Of(Terms.Name)}: {why.Message}");
}

/// <summary>Whether a webhook is to be asked about a request: by its rules, and by the labels of the object and of its namespace.</summary>
internal sealed class WebhookMatching(ObjectStorage storage, KindRegistry kinds)
{
    private static readonly Kind Namespaces = BuiltInKinds.Of<Namespace>();

    /// <returns>Null if it is not to be asked.</returns>
    /// <exception cref="ApiError">NotFound: the namespace, by whose labels it should be decided.</exception>
    public async ValueTask<WebhookCall?> MatchAsync(
        ReadyWebhook webhook, AdmissionTarget target, KubernetesObject? item, KubernetesObject? old, CancellationToken stop) =>
        ShownTo(webhook.Terms.Rules, webhook.Terms.MatchPolicy, target, static (one, rule) => one.Matches(rule)) is { } shown
        && (webhook.Objects.IsEverything || HasLabels(webhook.Objects, item) || HasLabels(webhook.Objects, old))
        && (webhook.Namespaces.IsEverything || await IsInNamespaceAsync(webhook.Namespaces, target, item, stop))
            ? new WebhookCall(webhook, target, shown)
            : null;

    /// <summary>What the first rule that matches calls the request; another version of the resource only where none matches what was asked.</summary>
    public AdmissionTarget? ShownTo<T>(ValueList<T> rules, string? policy, AdmissionTarget target, Func<AdmissionTarget, T, bool> matches)
    {
        foreach (var rule in rules)
        {
            if (matches(target, rule))
            {
                return target;
            }
        }

        if (policy == MatchPolicyType.Exact)
        {
            return null;
        }

        foreach (var rule in rules)
        {
            foreach (var served in kinds.Current.All)
            {
                if (served.Kind.Stored == target.Kind.Stored && served.Kind != target.Kind && target.By(served.Kind) is var other && matches(other, rule))
                {
                    return other;
                }
            }
        }

        return null;
    }

    public static bool HasLabels(LabelQuery labels, KubernetesObject? item) => item is not null && labels.Matches(item.Metadata.Labels);

    public async ValueTask<bool> IsInNamespaceAsync(LabelQuery labels, AdmissionTarget target, KubernetesObject? item, CancellationToken stop)
    {
        if (target.Namespace.Length == 0)
        {
            // What is of the whole cluster is in all namespaces.
            return true;
        }

        var space = target is { IsNamespace: true, Subresource: "", Operation: OperationType.Create or OperationType.Update }
            ? item!
            : (await storage.GetAsync(Namespaces, new ObjectKey("", target.Namespace), stop)).Item;
        return labels.Matches(space.Metadata.Labels);
    }
}
