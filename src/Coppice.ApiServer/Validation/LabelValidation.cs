using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Validation;

/// <summary>Labels, annotations and selectors, wherever they are.</summary>
public static class LabelValidation
{
    private const int AnnotationsLimit = 256 * 1024;

    public static Findings<FieldError> Labels(FieldPath path, ValueMap<string> labels)
    {
        var errors = Findings<FieldError>.None;
        foreach (var (key, value) in labels)
        {
            errors.AddRange(FieldRules.Named(path, key, Names.Qualified));
            errors.AddRange(FieldRules.Named(path, value, Names.LabelValue));
        }

        return errors;
    }

    public static Findings<FieldError> Annotations(FieldPath path, ValueMap<string> annotations)
    {
        var errors = Findings<FieldError>.None;
        foreach (var (key, _) in annotations)
        {
            // Their names are like those of labels, but for case.
            foreach (var message in Names.Qualified(key.ToLowerInvariant()))
            {
                errors.Add(FieldError.Invalid(path, key, message));
            }
        }

        if (!annotations.IsEmpty && annotations.Sum(a => (long)ByteCount(a.Key) + ByteCount(a.Value)) > AnnotationsLimit)
        {
            errors.Add(FieldError.TooLong(path, AnnotationsLimit));
        }

        return errors;
    }

    public static Findings<FieldError> Selector(FieldPath path, LabelSelector? selector) => selector is null
        ? []
        :
        [
            .. Labels(path.Child("matchLabels"), selector.MatchLabels),
            .. FieldRules.Each(path.Child("matchExpressions"), selector.MatchExpressions, Requirement),
        ];

    /// <summary>Whether a selector asks for anything.</summary>
    public static bool IsEmpty(LabelSelector selector) => selector.MatchLabels.IsEmpty && selector.MatchExpressions.IsEmpty;

    public static int ByteCount(string text) => System.Text.Encoding.UTF8.GetByteCount(text);

    /// <summary>The operator and values of a requirement, of labels or of nodes.</summary>
    /// <param name="path">Of the requirement.</param>
    public static Findings<FieldError> Operator(FieldPath path, string operation, ValueList<string> values) => operation switch
    {
        LabelSelectorOperator.In or LabelSelectorOperator.NotIn => values.IsEmpty
            ? [FieldError.Required(path.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'")]
            : [],
        LabelSelectorOperator.Exists or LabelSelectorOperator.DoesNotExist => values.IsEmpty
            ? []
            : [FieldError.Forbidden(path.Child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")],
        _ => [FieldError.Invalid(path.Child("operator"), operation, "not a valid selector operator")],
    };

    private static Findings<FieldError> Requirement(FieldPath path, LabelSelectorRequirement requirement) =>
    [
        .. Operator(path, requirement.Operator, requirement.Values),
        .. FieldRules.Named(path.Child("key"), requirement.Key, Names.Qualified),
        .. FieldRules.Each(path.Child("values"), requirement.Values, (at, value) => FieldRules.Named(at, value, Names.LabelValue)),
    ];
}
