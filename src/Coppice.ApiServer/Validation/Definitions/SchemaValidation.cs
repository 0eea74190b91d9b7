using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Schemas;
using Coppice.Cel.Rules;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>A definition's schema as a whole: that it is structural, that its defaults are good, and that it asks only what is understood.</summary>
internal static class SchemaValidation
{
    /// <summary>The fields that the root may have where the status has a door of its own, in the order in which Kubernetes names them.</summary>
    private static readonly string[] RootFields =
    [
        "Description", "Type", "Format", "Title", "Maximum", "ExclusiveMaximum", "Minimum", "ExclusiveMinimum", "MaxLength", "MinLength",
        "Pattern", "MaxItems", "MinItems", "UniqueItems", "MultipleOf", "Required", "Items", "Properties", "ExternalDocs", "Example",
        "XPreserveUnknownFields", "XValidations",
    ];

    public static Findings<FieldError> Validate(FieldPath path, JSONSchemaProps schema, bool hasStatus)
    {
        var errors = hasStatus ? OfRoot(path, schema) : [];
        errors.AddRange(FieldRules.If(schema.Nullable, () => FieldError.Forbidden(path.Child("nullable"), "nullable cannot be true at the root")));
        var structural = StructuralValidation.Validate(path, schema);
        errors.AddRange(structural);
        if (structural.Count == 0)
        {
            errors.AddRange(DefaultValidation.Validate(path, schema));
        }

        errors.AddRange(SchemaFieldValidation.Validate(path, schema, SchemaScope.Root));

        // Of a schema that is wrong itself, nobody knows the types that rules speak of.
        return errors.Count > 0 ? errors : [.. RuleDefinitions.Check(RuleErrors.SchemaOf(schema), path.ToString()).Select(RuleErrors.Of)];
    }

    private static Findings<FieldError> OfRoot(FieldPath path, JSONSchemaProps schema)
    {
        if (schema.Type is { } type && type != "object")
        {
            return
            [
                FieldError.Invalid(
                    path.Child("type"), type, "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled"),
            ];
        }

        // All that the root may have is taken away: what is left, it may not have.
        var rest = schema with
        {
            Description = null,
            Type = null,
            Format = null,
            Title = null,
            Maximum = null,
            ExclusiveMaximum = false,
            Minimum = null,
            ExclusiveMinimum = false,
            MaxLength = null,
            MinLength = null,
            Pattern = null,
            MaxItems = null,
            MinItems = null,
            UniqueItems = false,
            MultipleOf = null,
            Required = default,
            Items = null,
            Properties = default,
            ExternalDocs = null,
            Example = null,
            XPreserveUnknownFields = null,
            XValidations = default,
        };
        return FieldRules.If(rest != new JSONSchemaProps(), () => FieldError.Invalid(
            path,
            schema,
            $"only [{string.Join(' ', RootFields)}] fields are allowed at the root of the schema if the status subresource is enabled"));
    }
}
