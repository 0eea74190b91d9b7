using System.Collections.Immutable;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>How policies of a kind, and their bindings, are read.</summary>
internal sealed record PolicyReading<TPolicy, TBinding, TRules>(Func<TPolicy, ReadyPolicy<TRules>> Policy, Func<TBinding, IAdmissionPolicyBinding> Binding);

/// <summary>All policies of a kind that a binding makes count, as they are now. Expressions are compiled once a version of their policy.</summary>
internal sealed class PolicySource<TPolicy, TBinding, TRules>(
    LiveObjects<TPolicy> policies, LiveObjects<TBinding> bindings, PolicyReading<TPolicy, TBinding, TRules> reading)
    where TPolicy : KubernetesObject
    where TBinding : KubernetesObject
{
    private volatile Made? _made;

    public async ValueTask<IReadOnlyList<BoundPolicy<TRules>>> NowAsync(CancellationToken stop)
    {
        var terms = await bindings.NowAsync(stop);
        if (terms.IsEmpty)
        {
            return [];
        }

        var definitions = await policies.NowAsync(stop);
        var made = _made;
        if (made is null || made.Policies != definitions || made.Bindings != terms)
        {
            // Two who see a change at once may both do the work, and come to the same.
            _made = made = Make(definitions, terms, made);
        }

        return made.Bound;
    }

    private Made Make(ImmutableSortedDictionary<ObjectKey, TPolicy> definitions, ImmutableSortedDictionary<ObjectKey, TBinding> terms, Made? before)
    {
        var known = before?.Bound.ToDictionary<BoundPolicy<TRules>, object, ReadyPolicy<TRules>>(
            one => one.Policy.Definition, one => one.Policy, ReferenceEqualityComparer.Instance);
        var bound = terms.Values
            .Select(ReadyBindingOf)
            .GroupBy(binding => binding.Terms.PolicyName ?? "", StringComparer.Ordinal)
            .Where(group => definitions.ContainsKey(new("", group.Key)))
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new BoundPolicy<TRules>(Ready(definitions[new("", group.Key)]), [.. group]));
        return new(definitions, terms, [.. bound]);

        ReadyPolicy<TRules> Ready(TPolicy definition) => known is not null && known.TryGetValue(definition, out var policy) ? policy : reading.Policy(definition);
    }

    private ReadyBinding ReadyBindingOf(TBinding binding)
    {
        var terms = reading.Binding(binding);
        return new(binding, terms, terms.MatchResources is { } match ? ReadyMatch.Of(match) : null);
    }

    private sealed record Made(
        ImmutableSortedDictionary<ObjectKey, TPolicy> Policies, ImmutableSortedDictionary<ObjectKey, TBinding> Bindings, IReadOnlyList<BoundPolicy<TRules>> Bound);
}
