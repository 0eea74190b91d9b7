using Coppice.ApiServer.Errors;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>Where a definition's objects have their scale.</summary>
internal static class SubresourceValidation
{
    public static Findings<FieldError> Validate(FieldPath path, CustomResourceSubresources? subresources)
    {
        if (subresources?.Scale is not { } scale)
        {
            return [];
        }

        return
        [
            .. Below(path.Child("scale.specReplicasPath"), scale.SpecReplicasPath, ".spec"),
            .. Below(path.Child("scale.statusReplicasPath"), scale.StatusReplicasPath, ".status"),
            .. OfSelector(path.Child("scale.labelSelectorPath"), scale.LabelSelectorPath),
        ];
    }

    /// <summary>A path without lists: fields, each behind a dot.</summary>
    public static Findings<FieldError> SimplePath(FieldPath path, string jsonPath) =>
        FieldRules.If(jsonPath[0] != '.', () => FieldError.Invalid(path, jsonPath, "must be a simple json path starting with ."));

    private static Findings<FieldError> Below(FieldPath path, string jsonPath, string root) =>
        jsonPath.Length == 0 ? [FieldError.Required(path)]
        : SimplePath(path, jsonPath) is { Count: > 0 } wrong ? wrong
        : FieldRules.If(!IsBelow(jsonPath, root), () => FieldError.Invalid(path, jsonPath, $"should be a json path under {root}"));

    private static Findings<FieldError> OfSelector(FieldPath path, string? jsonPath) =>
        string.IsNullOrEmpty(jsonPath) ? []
        : SimplePath(path, jsonPath) is { Count: > 0 } wrong ? wrong
        : FieldRules.If(
            !IsBelow(jsonPath, ".spec") && !IsBelow(jsonPath, ".status"),
            () => FieldError.Invalid(path, jsonPath, "should be a json path under either .spec or .status"));

    private static bool IsBelow(string jsonPath, string root) => jsonPath.StartsWith($"{root}.", StringComparison.Ordinal);
}
