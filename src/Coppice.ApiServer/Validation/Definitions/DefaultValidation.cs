using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Schemas;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>That the defaults of a schema are themselves good by it.</summary>
internal static class DefaultValidation
{
    public static Findings<FieldError> Validate(FieldPath path, JSONSchemaProps schema)
    {
        var errors = Findings<FieldError>.None;
        if (schema.Default is { } value)
        {
            errors.AddRange(OfDefault(path.Child("default"), value.Element, schema));
        }

        errors.AddRange(schema.Items?.Schema is { } items ? Validate(path.Child("items"), items) : []);
        foreach (var (name, property) in schema.Properties)
        {
            errors.AddRange(Validate(path.Child("properties").Key(name), property));
        }

        return errors;
    }

    private static Findings<FieldError> OfDefault(FieldPath path, JsonElement value, JSONSchemaProps source)
    {
        var schema = new StructuralSchema(source);
        var dropped = new List<string>();
        SchemaFitting.Fit(value, schema, "", dropped);
        return
        [
            .. FieldRules.If(dropped.Count > 0, () => FieldError.Invalid(path, value, "must not have unknown fields")),
            .. EmbeddedResources.Validate(value, schema, path),
            .. SchemaValidator.Validate(value, null, schema, path),
        ];
    }
}
