using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Validation;

/// <summary>The templates that workloads make their pods from.</summary>
public static class PodTemplateValidation
{
    public static Findings<FieldError> Validate(FieldPath path, PodTemplateSpec template) =>
    [
        .. LabelValidation.Labels(path.Child("labels"), template.Metadata.Labels),
        .. LabelValidation.Annotations(path.Child("annotations"), template.Metadata.Annotations),
        .. PodSpecValidation.Validate(path.Child("spec"), template.Spec),
        .. FieldRules.If(
            !template.Spec.EphemeralContainers.IsEmpty,
            () => FieldError.Forbidden(path.Child("spec", "ephemeralContainers"), "ephemeral containers not allowed in pod template")),
    ];

    /// <summary>A template whose pods are to run for ever and to be found by the workload's selector.</summary>
    /// <param name="kind">The kind that messages name.</param>
    public static Findings<FieldError> ValidateLasting(FieldPath path, PodTemplateSpec template, LabelQuery selector, string kind)
    {
        var policy = template.Spec.RestartPolicy;
        return
        [
            .. FieldRules.If(
                !selector.IsEverything && !selector.Matches(template.Metadata.Labels),
                () => FieldError.Invalid(path.Child("metadata", "labels"), template.Metadata.Labels, "`selector` does not match template `labels`")),
            .. Validate(path, template),
            .. FieldRules.If(
                policy is not null && policy != RestartPolicy.Always,
                () => FieldError.NotSupported(path.Child("spec", "restartPolicy"), policy, RestartPolicy.Always)),
            .. FieldRules.If(
                template.Spec.ActiveDeadlineSeconds is not null,
                () => FieldError.Forbidden(path.Child("spec", "activeDeadlineSeconds"), $"activeDeadlineSeconds in {kind} is not Supported")),
        ];
    }

    /// <summary>The selector of a workload, which must ask for something, and its template.</summary>
    /// <param name="path">Of the workload's spec.</param>
    /// <param name="emptyFor">How the message about an empty selector names the kind.</param>
    public static Findings<FieldError> ValidateSelected(
        FieldPath path, LabelSelector? selector, PodTemplateSpec template, string kind, string emptyFor)
    {
        var at = path.Child("selector");
        if (selector is null)
        {
            return [FieldError.Required(at), .. ValidateLasting(path.Child("template"), template, LabelQuery.Everything, kind)];
        }

        var errors = LabelValidation.Selector(at, selector).ToList();
        return
        [
            .. errors,
            .. FieldRules.If(
                LabelValidation.IsEmpty(selector), () => FieldError.Invalid(at, selector, $"empty selector is invalid for {emptyFor}")),
            .. errors.Count > 0
                ? [FieldError.Invalid(at, selector, "invalid label selector")]
                : ValidateLasting(path.Child("template"), template, LabelQuery.Of(selector), kind),
        ];
    }
}
