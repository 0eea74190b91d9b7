using Coppice.ApiServer.Admission.Subjects;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Webhooks;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Webhooks;

/// <summary>Webhooks that may only refuse: all that are to be asked are asked at once, and one refusal is enough.</summary>
internal sealed class ValidatingWebhooks(WebhookSource<ValidatingWebhookConfiguration> source, WebhookMatching matching, AdmissionReviews reviews)
    : IValidatingAdmission
{
    public string Name => "ValidatingAdmissionWebhook";

    public bool Handles(WriteOperation operation) => true;

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        var webhooks = await source.NowAsync(stop);
        if (webhooks.Length == 0 || AdmissionTarget.IsExempt(request))
        {
            return;
        }

        var target = AdmissionTarget.Of(request, request.Key.Name.Length > 0 ? request.Key.Name : item?.Metadata.Name ?? "");
        var subject = new AdmissionSubject(request, target, item, old);
        var asked = new List<Task<ApiError?>>();
        foreach (var webhook in webhooks)
        {
            if (await matching.MatchAsync(webhook, subject, stop) is { } call)
            {
                asked.Add(AskAsync(call, request, stop));
            }
        }

        if (asked.Count > 0 && (await Task.WhenAll(asked)).FirstOrDefault(refusal => refusal is not null) is { } first)
        {
            throw first;
        }
    }

    /// <returns>Its refusal; null if it has nothing against it.</returns>
    private async Task<ApiError?> AskAsync(WebhookCall call, WriteRequest request, CancellationToken stop)
    {
        try
        {
            await reviews.AskAsync(call, request, stop);
            return null;
        }
        catch (WebhookException e)
        {
            return call.Unanswered(e);
        }
        catch (ApiError e)
        {
            return e;
        }
    }
}
