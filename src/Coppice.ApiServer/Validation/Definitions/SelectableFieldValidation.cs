using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Schemas;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>The fields by which a definition's objects may be selected.</summary>
internal static class SelectableFieldValidation
{
    // Kubernetes' number: each costs every list and watch that selects.
    private const int CountLimit = 8;

    public static Findings<FieldError> Validate(FieldPath path, CustomResourceDefinitionVersion version)
    {
        var errors = Findings<FieldError>.None;
        var fields = version.SelectableFields;
        if (fields.IsEmpty)
        {
            return errors;
        }

        if (version.Schema?.OpenAPIV3Schema is not { } schema)
        {
            return [FieldError.Invalid(path, "", "may only be set when `version.schema.openAPIV3Schema` is not included")];
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < fields.Count; i++)
        {
            var (at, jsonPath) = (path.Index(i).Child("jsonPath"), fields[i].JsonPath);
            if (jsonPath.Length == 0)
            {
                errors.Add(FieldError.Required(at));
                continue;
            }

            var found = SchemaPath.Find(jsonPath, schema);
            if (found.Error is { } wrong)
            {
                errors.Add(FieldError.Invalid(at, jsonPath, $"is an invalid path: {wrong}"));
                continue;
            }

            errors.AddRange(FieldRules.If(
                found.Names[0] == "metadata", () => FieldError.Invalid(at, jsonPath, "must not point to fields in metadata")));
            errors.AddRange(FieldRules.If(
                found.Schema?.Type is not ("string" or "boolean" or "integer"),
                () => FieldError.Invalid(
                    at, jsonPath, "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.")));
            errors.AddRange(FieldRules.If(!seen.Add(string.Join('.', found.Names)), () => FieldError.Duplicate(at, jsonPath)));
        }

        errors.AddRange(FieldRules.If(seen.Count > CountLimit, () => FieldError.TooMany(path, seen.Count, CountLimit)));
        return errors;
    }
}
