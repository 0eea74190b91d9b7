using Coppice.ApiServer.Errors;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>How a definition's kind is called.</summary>
internal static class DefinitionNameValidation
{
    private const string MixedCase = "may have mixed case, but should otherwise match: ";

    /// <summary>The forms of names; which there must be is asked elsewhere.</summary>
    public static Findings<FieldError> Validate(FieldPath path, CustomResourceDefinitionNames names)
    {
        var listKind = path.Child("listKind");
        return
        [
            .. Label(path.Child("plural"), names.Plural),
            .. Label(path.Child("singular"), names.Singular),
            .. MixedLabel(path.Child("kind"), names.Kind),
            .. MixedLabel(listKind, names.ListKind),
            .. FieldRules.Each(path.Child("shortNames"), names.ShortNames, LabelOf),
            .. FieldRules.If(
                names.Kind.Length > 0 && names.Kind == names.ListKind,
                () => FieldError.Invalid(listKind, names.ListKind, "kind and listKind may not be the same")),
            .. FieldRules.Each(path.Child("categories"), names.Categories, LabelOf),
        ];
    }

    private static Findings<FieldError> Label(FieldPath path, string? name) => string.IsNullOrEmpty(name) ? [] : LabelOf(path, name);

    private static Findings<FieldError> LabelOf(FieldPath path, string name) =>
        Names.OldLabel(name) is { Count: > 0 } wrong ? [FieldError.Invalid(path, name, string.Join(",", wrong))] : [];

    private static Findings<FieldError> MixedLabel(FieldPath path, string? name) =>
        !string.IsNullOrEmpty(name) && Names.OldLabel(name.ToLowerInvariant()) is { Count: > 0 } wrong
            ? [FieldError.Invalid(path, name, MixedCase + string.Join(",", wrong))]
            : [];
}
