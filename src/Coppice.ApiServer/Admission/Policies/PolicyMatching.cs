using Coppice.ApiServer.Admission.Subjects;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>Whether a policy, or its binding, is about a request.</summary>
internal sealed class PolicyMatching(RequestMatching matching)
{
    /// <returns>The request by the version of the resource that the rule names; null if it is not meant.</returns>
    /// <exception cref="Errors.ApiError">NotFound: the namespace, by whose labels it should be decided.</exception>
    public async ValueTask<AdmissionTarget?> MatchAsync(
        ReadyMatch match, bool everythingWithoutRules, AdmissionSubject subject, CancellationToken stop)
    {
        var (terms, target) = (match.Terms, subject.Target);
        if (!match.Objects.IsEverything && !RequestMatching.HasLabels(match.Objects, subject.Item) && !RequestMatching.HasLabels(match.Objects, subject.Old))
        {
            return null;
        }

        if (matching.ShownTo(terms.ExcludeResourceRules, terms.MatchPolicy, target, static (one, rule) => one.Matches(rule)) is not null)
        {
            return null;
        }

        var shown = everythingWithoutRules && terms.ResourceRules.IsEmpty
            ? target
            : matching.ShownTo(terms.ResourceRules, terms.MatchPolicy, target, static (one, rule) => one.Matches(rule));
        return shown is not null && (match.Namespaces.IsEverything || await matching.IsInNamespaceAsync(match.Namespaces, target, subject.Item, stop)) ? shown : null;
    }
}
