using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Validation;

/// <summary>Labels of a pod itself that narrow the choice of other pods.</summary>
internal static class LabelKeyValidation
{
    /// <param name="path">Of what has all three. Kubernetes names an element of it, and not of the list, for a label that is asked for twice.</param>
    public static Findings<FieldError> Validate(FieldPath path, ValueList<string> same, ValueList<string> different, LabelSelector? selector)
    {
        if (same.IsEmpty && different.IsEmpty)
        {
            return [];
        }

        return
        [
            .. Keys(path.Child("matchLabelKeys"), same, selector),
            .. Keys(path.Child("mismatchLabelKeys"), different, selector),
            .. AskedForTwice(same, selector).Select(i => FieldError.Invalid(path.Index(i), same[i], "exists in both matchLabelKeys and labelSelector")),
            .. same.Index().Where(one => different.Contains(one.Item)).Select(one => FieldError.Invalid(
                path.Child("matchLabelKeys").Index(one.Index), one.Item, "exists in both matchLabelKeys and mismatchLabelKeys")),
        ];
    }

    private static Findings<FieldError> Keys(FieldPath path, ValueList<string> keys, LabelSelector? selector) =>
        keys.IsEmpty ? []
            : selector is null ? [FieldError.Forbidden(path, "must not be specified when labelSelector is not set")]
            : FieldRules.Each(path, keys, (at, key) => FieldRules.Named(at, key, Names.Qualified));

    /// <summary>What a pod's own label asked for was written into the selector before: what is there beside it was the sender's.</summary>
    private static IEnumerable<int> AskedForTwice(ValueList<string> same, LabelSelector? selector)
    {
        if (selector is null)
        {
            yield break;
        }

        var asked = selector.MatchLabels.Select(one => one.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var key in selector.MatchExpressions.Select(one => one.Key))
        {
            if (!asked.Add(key) && same.Contains(key))
            {
                yield return same.AsSpan().LastIndexOf(key);
            }
        }
    }
}
