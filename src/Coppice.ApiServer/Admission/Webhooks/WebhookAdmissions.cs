using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Webhooks;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Webhooks;

/// <summary>Those who ask somebody outside: after everybody of ours has had a say.</summary>
internal static class WebhookAdmissions
{
    public static IReadOnlyList<IAdmission> Of(ObjectStorage storage, KindRegistry kinds, WebhookClient client, Random random)
    {
        var (matching, reviews) = (new WebhookMatching(storage, kinds), new AdmissionReviews(client, random));
        return
        [
            new MutatingWebhooks(new(new LiveObjects<MutatingWebhookConfiguration>(storage), one => one.Webhooks), matching, reviews),
            new ValidatingWebhooks(new(new LiveObjects<ValidatingWebhookConfiguration>(storage), one => one.Webhooks), matching, reviews),
        ];
    }
}
