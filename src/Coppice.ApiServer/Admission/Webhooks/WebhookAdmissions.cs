using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Metrics;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Storage;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Webhooks;

/// <summary>Those who ask somebody outside: after everybody of ours has had a say.</summary>
internal static class WebhookAdmissions
{
    public static IReadOnlyList<IAdmission> Of(ObjectStorage storage, KindRegistry kinds, Authorizer authorizer, AdmissionReviews reviews, AdmissionMetrics metrics)
    {
        var matching = new WebhookMatching(new(storage, kinds), new(storage, authorizer), metrics);
        return
        [
            new MutatingWebhooks(new(new LiveObjects<MutatingWebhookConfiguration>(storage), one => one.Webhooks), matching, reviews),
            new ValidatingWebhooks(new(new LiveObjects<ValidatingWebhookConfiguration>(storage), one => one.Webhooks), matching, reviews),
        ];
    }
}
