using Coppice.ApiServer.Admission.Evaluation;
using Coppice.ApiServer.Admission.Subjects;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Metrics;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Storage;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>Those who go by policies that are written in expressions: after everybody of ours, and before anybody outside is asked.</summary>
internal static class PolicyAdmissions
{
    public static IReadOnlyList<IAdmission> Of(ObjectStorage storage, KindRegistry kinds, Authorizer authorizer, AdmissionMetrics metrics)
    {
        var applications = new PolicyApplications(new(new RequestMatching(storage, kinds)), new(storage, kinds));
        var inputs = new RequestInputs(storage, authorizer);
        return
        [
            new MutatingPolicies(
                new(new LiveObjects<MutatingAdmissionPolicy>(storage), new LiveObjects<MutatingAdmissionPolicyBinding>(storage), new(MutatingRules.Of, one => one.Spec)),
                applications,
                inputs,
                metrics),
            new ValidatingPolicies(
                new(new LiveObjects<ValidatingAdmissionPolicy>(storage), new LiveObjects<ValidatingAdmissionPolicyBinding>(storage), new(ValidatingRules.Of, one => one.Spec)),
                applications,
                inputs,
                metrics),
        ];
    }
}
