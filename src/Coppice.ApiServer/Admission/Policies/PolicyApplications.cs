using System.Text.Json;
using Coppice.ApiServer.Admission.Evaluation;
using Coppice.ApiServer.Admission.Subjects;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>A policy that is to be applied to a request once, because of a binding and with one object of parameters.</summary>
/// <param name="Shown">The request by the version of the resource that the policy's rule names.</param>
/// <param name="Parameters">Null where there are none.</param>
/// <param name="Problem">Why the policy can't be applied as it is bound; null where it can.</param>
internal sealed record PolicyApplication<T>(ReadyPolicy<T> Policy, ReadyBinding Binding, AdmissionTarget Shown, PolicyParameter? Parameters, string? Problem);

/// <summary>Which policies are to be applied to a request, how often and with what.</summary>
internal sealed class PolicyApplications(PolicyMatching matching, PolicyParameters parameters)
{
    /// <exception cref="Errors.ApiError">NotFound: the namespace, by whose labels it should be decided.</exception>
    public async ValueTask<IReadOnlyList<PolicyApplication<T>>> FindAsync<T>(IReadOnlyList<BoundPolicy<T>> policies, AdmissionSubject subject, CancellationToken stop)
    {
        var found = new List<PolicyApplication<T>>();
        foreach (var (policy, bindings) in policies)
        {
            if (await matching.MatchAsync(policy.Match, everythingWithoutRules: false, subject, stop) is not { } shown)
            {
                continue;
            }

            foreach (var binding in bindings)
            {
                if (binding.Match is { } match && await matching.MatchAsync(match, everythingWithoutRules: true, subject, stop) is null)
                {
                    continue;
                }

                try
                {
                    var objects = await parameters.FindAsync(policy.Terms.ParamKind, binding.Terms.ParamRef, RequestInputs.SpaceOf(subject.Target), stop);
                    found.AddRange(objects.Select(one => new PolicyApplication<T>(policy, binding, shown, one, null)));
                }
                catch (PolicyConfigurationException e)
                {
                    found.Add(new(policy, binding, shown, null, $"failed to configure binding: {e.Message}"));
                }
            }
        }

        return found;
    }
}
