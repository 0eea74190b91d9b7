using System.Collections.Immutable;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>All policies that a binding makes count, as they are now. Expressions are compiled once a version of their policy.</summary>
internal sealed class PolicySource(LiveObjects<ValidatingAdmissionPolicy> policies, LiveObjects<ValidatingAdmissionPolicyBinding> bindings)
{
    private volatile Made? _made;

    public async ValueTask<IReadOnlyList<BoundPolicy>> NowAsync(CancellationToken stop)
    {
        var (definitions, terms) = (await policies.NowAsync(stop), await bindings.NowAsync(stop));
        var made = _made;
        if (made is null || made.Policies != definitions || made.Bindings != terms)
        {
            // Two who see a change at once may both do the work, and come to the same.
            _made = made = Make(definitions, terms, made);
        }

        return made.Bound;
    }

    private static Made Make(
        ImmutableSortedDictionary<ObjectKey, ValidatingAdmissionPolicy> definitions,
        ImmutableSortedDictionary<ObjectKey, ValidatingAdmissionPolicyBinding> terms,
        Made? before)
    {
        var known = before?.Bound.ToDictionary<BoundPolicy, object, ReadyPolicy>(one => one.Policy.Definition, one => one.Policy, ReferenceEqualityComparer.Instance);
        var bound = terms.Values
            .GroupBy(binding => binding.Spec.PolicyName ?? "", StringComparer.Ordinal)
            .Where(group => definitions.ContainsKey(new("", group.Key)))
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new BoundPolicy(Ready(definitions[new("", group.Key)]), [.. group.Select(ReadyBindingOf)]));
        return new(definitions, terms, [.. bound]);

        ReadyPolicy Ready(ValidatingAdmissionPolicy definition) =>
            known is not null && known.TryGetValue(definition, out var policy) ? policy : new ReadyPolicy(definition);
    }

    private static ReadyBinding ReadyBindingOf(ValidatingAdmissionPolicyBinding binding) =>
        new(binding, binding.Spec.MatchResources is { } match ? ReadyMatch.Of(match) : null);

    private sealed record Made(
        ImmutableSortedDictionary<ObjectKey, ValidatingAdmissionPolicy> Policies,
        ImmutableSortedDictionary<ObjectKey, ValidatingAdmissionPolicyBinding> Bindings,
        IReadOnlyList<BoundPolicy> Bound);
}
