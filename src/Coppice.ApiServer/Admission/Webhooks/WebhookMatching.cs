using Coppice.ApiServer.Admission.Evaluation;
using Coppice.ApiServer.Admission.Subjects;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Metrics;
using Coppice.ApiServer.Webhooks;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Webhooks;

/// <summary>A webhook that is to be asked.</summary>
/// <param name="Asked">What the client asked.</param>
/// <param name="Shown">The same by the version of the resource that the webhook's rule names.</param>
/// <param name="Objects">In that version.</param>
internal sealed record WebhookCall(ReadyWebhook Webhook, AdmissionTarget Asked, AdmissionTarget Shown, ShownObjects Objects)
{
    public IAdmissionWebhook Terms => Webhook.Terms;

    /// <summary>What becomes of the request where the webhook gave no answer.</summary>
    /// <returns>A refusal; null if it goes on without that answer.</returns>
    public ApiError? Unanswered(WebhookException why) => Webhook.Fails
        ? ApiErrors.InternalError($"failed calling webhook {QuotedText.Of(Terms.Name)}: {why.Message}")
        : null;
}

/// <summary>Whether a webhook is to be asked about a request: by its rules and selectors, and then by its conditions.</summary>
internal sealed class WebhookMatching(RequestMatching matching, RequestInputs inputs, AdmissionMetrics metrics)
{
    /// <param name="subject">With the object as it is shown.</param>
    /// <returns>Null if it is not to be asked.</returns>
    /// <exception cref="ApiError">NotFound: the namespace, by whose labels it should be decided. Forbidden: a condition can't be evaluated.</exception>
    public async ValueTask<WebhookCall?> MatchAsync(ReadyWebhook webhook, AdmissionSubject subject, CancellationToken stop)
    {
        var (target, item) = (subject.Target, subject.Item);
        if (matching.ShownTo(webhook.Terms.Rules, webhook.Terms.MatchPolicy, target, static (one, rule) => one.Matches(rule)) is not { } shown
            || (!webhook.Objects.IsEverything && !RequestMatching.HasLabels(webhook.Objects, item) && !RequestMatching.HasLabels(webhook.Objects, subject.Old))
            || (!webhook.Namespaces.IsEverything && !await matching.IsInNamespaceAsync(webhook.Namespaces, target, item, stop)))
        {
            return null;
        }

        var objects = await ShownObjects.OfAsync(subject, shown, stop);
        if (webhook.Conditions.AreNone)
        {
            return new(webhook, target, shown, objects);
        }

        var isMutating = webhook.Terms is MutatingWebhook;
        var (isMeant, error) = webhook.Conditions.Try(
            await inputs.OfAsync(subject, shown, objects, stop),
            parameters: null,
            new(metrics, "webhook", webhook.Terms.Name, target.Operation, isMutating ? AdmissionMetrics.Admit : AdmissionMetrics.Validate));
        if (error is not null)
        {
            throw ApiErrors.Forbidden(subject.Request.Resource, target.Name, error);
        }

        if (isMeant)
        {
            return new(webhook, target, shown, objects);
        }

        var type = isMutating ? AdmissionMetrics.Admit : AdmissionMetrics.Validating;
        metrics.ConditionExclusions.Of("webhook", webhook.Terms.Name, target.Operation, type).Add(TimeSpan.Zero);
        return null;
    }
}
