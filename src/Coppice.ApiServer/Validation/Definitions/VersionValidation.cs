using System.Globalization;
using System.Text;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>
/// The versions of a definition. What all versions have alike (and one version always has) is told of once and without its version: that
/// is how Kubernetes keeps it, and so its messages name it.
/// </summary>
internal static class VersionValidation
{
    private const int WarningLimit = 256;

    /// <summary>The versions by themselves, each with what it does not share.</summary>
    public static Findings<FieldError> Validate(FieldPath spec, ValueList<CustomResourceDefinitionVersion> versions)
    {
        var path = spec.Child("versions");
        var shared = Shared.Of(versions);
        var errors = Findings<FieldError>.None;
        for (var i = 0; i < versions.Count; i++)
        {
            errors.AddRange(FieldRules.If(
                versions[i].Schema?.OpenAPIV3Schema is null, () => FieldError.Required(path.Index(i).Child("schema", "openAPIV3Schema"))));
        }

        for (var i = 0; i < versions.Count; i++)
        {
            var (version, at) = (versions[i], path.Index(i));
            if (Names.OldLabel(version.Name) is { Count: > 0 } wrong)
            {
                errors.Add(FieldError.Invalid(at.Child("name"), version.Name, string.Join(",", wrong)));
            }

            errors.AddRange(OfWarning(at.Child("deprecationWarning"), version));
            errors.AddRange(shared.Schema ? [] : OfSchema(at.Child("schema"), version));
            errors.AddRange(shared.Subresources ? [] : SubresourceValidation.Validate(at.Child("subresources"), version.Subresources));
            errors.AddRange(shared.Columns ? [] : ColumnValidation.Validate(at.Child("additionalPrinterColumns"), version.AdditionalPrinterColumns));
            errors.AddRange(shared.Selectable ? [] : SelectableFieldValidation.Validate(at.Child("selectableFields"), version));
        }

        errors.AddRange(FieldRules.If(
            versions.DistinctBy(version => version.Name).Count() < versions.Count,
            () => FieldError.Invalid(path, versions, "must contain unique version names")));
        errors.AddRange(FieldRules.If(
            versions.Count(version => version.Storage) != 1,
            () => FieldError.Invalid(path, versions, "must have exactly one version marked as storage version")));
        return errors;
    }

    /// <summary>What all versions have alike.</summary>
    public static Findings<FieldError> ValidateShared(FieldPath spec, ValueList<CustomResourceDefinitionVersion> versions)
    {
        if (versions.IsEmpty)
        {
            return [];
        }

        var shared = Shared.Of(versions);
        var first = versions[0];
        return
        [
            .. shared.Schema ? OfSchema(spec.Child("validation"), first) : [],
            .. shared.Subresources ? SubresourceValidation.Validate(spec.Child("subresources"), first.Subresources) : [],
            .. shared.Columns ? ColumnValidation.Validate(spec.Child("additionalPrinterColumns"), first.AdditionalPrinterColumns) : [],
            .. shared.Selectable ? SelectableFieldValidation.Validate(spec.Child("selectableFields"), first) : [],
        ];
    }

    private static Findings<FieldError> OfSchema(FieldPath path, CustomResourceDefinitionVersion version) =>
        version.Schema?.OpenAPIV3Schema is { } schema
            ? SchemaValidation.Validate(path.Child("openAPIV3Schema"), schema, version.Subresources?.Status is not null)
            : [];

    private static Findings<FieldError> OfWarning(FieldPath path, CustomResourceDefinitionVersion version)
    {
        if (version.DeprecationWarning is not { } warning)
        {
            return [];
        }

        if (!version.Deprecated)
        {
            return [FieldError.Invalid(path, warning, "can only be set for deprecated versions")];
        }

        var odd = FirstUnprintable(warning);
        return
        [
            .. FieldRules.If(
                Encoding.UTF8.GetByteCount(warning) > WarningLimit,
                () => FieldError.Invalid(path, warning, $"must be <= {WarningLimit} characters long")),
            .. FieldRules.If(warning.Length == 0, () => FieldError.Invalid(path, warning, "must not be an empty string")),
            .. FieldRules.If(odd >= 0, () => FieldError.Invalid(
                path, warning, $"must only contain printable UTF-8 characters; non-printable character found at index {odd}")),
        ];
    }

    /// <summary>In bytes; -1 if there is none.</summary>
    private static int FirstUnprintable(string text)
    {
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value != ' ' && Rune.GetUnicodeCategory(rune) is
                    UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
                    or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                    or UnicodeCategory.SpaceSeparator)
            {
                return at;
            }

            at += rune.Utf8SequenceLength;
        }

        return -1;
    }

    /// <summary>Which parts all versions have alike.</summary>
    private sealed record Shared(bool Schema, bool Subresources, bool Columns, bool Selectable)
    {
        public static Shared Of(ValueList<CustomResourceDefinitionVersion> versions) => new(
            Same(versions, version => version.Schema),
            Same(versions, version => version.Subresources),
            Same(versions, version => version.AdditionalPrinterColumns),
            Same(versions, version => version.SelectableFields));

        private static bool Same<T>(ValueList<CustomResourceDefinitionVersion> versions, Func<CustomResourceDefinitionVersion, T> part) =>
            versions.All(version => EqualityComparer<T>.Default.Equals(part(version), part(versions[0])));
    }
}
