using Coppice.ApiServer.Admission.Webhooks;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Storage;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>Those who go by policies that are written in expressions: after everybody of ours, and before anybody outside is asked.</summary>
internal static class PolicyAdmissions
{
    public static IReadOnlyList<IAdmission> Of(ObjectStorage storage, KindRegistry kinds, Authorizer authorizer) =>
    [
        new ValidatingPolicies(
            new(new LiveObjects<ValidatingAdmissionPolicy>(storage), new LiveObjects<ValidatingAdmissionPolicyBinding>(storage)),
            new(new WebhookMatching(storage, kinds)),
            new(storage, kinds),
            storage,
            authorizer),
    ];
}
