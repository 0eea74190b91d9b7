using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>Where in a schema something stands.</summary>
/// <param name="IsRoot">The schema of the whole object.</param>
/// <param name="IsInMetadata">Of the metadata of an object, or its apiVersion or kind.</param>
/// <param name="NoDefault">Why there may be no default; null if there may be one.</param>
internal readonly record struct SchemaScope(bool IsRoot, bool IsInMetadata, string? NoDefault)
{
    public static readonly SchemaScope Root = new(true, false, null);

    public SchemaScope Below => this with { IsRoot = false };
}

/// <summary>The fields of each schema in a definition, one schema after another.</summary>
internal static class SchemaFieldValidation
{
    private static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];

    private static readonly string[] ObjectFields = ["metadata", "kind", "apiVersion"];

    public static Findings<FieldError> Validate(FieldPath path, JSONSchemaProps? schema, SchemaScope scope)
    {
        if (schema is null)
        {
            return [];
        }

        return
        [
            .. OfFields(path, schema, scope),
            .. FieldRules.If(schema.UniqueItems, () => FieldError.Forbidden(
                path.Child("uniqueItems"), "uniqueItems cannot be set to true since the runtime complexity becomes quadratic")),
            .. OfAdditional(path.Child("additionalProperties"), schema, scope),
            .. OfProperties(path.Child("properties"), schema, scope),
            .. Validate(path.Child("not"), schema.Not, scope.Below),
            .. FieldRules.Each(path.Child("allOf"), schema.AllOf, (at, one) => Validate(at, one, scope.Below)),
            .. FieldRules.Each(path.Child("oneOf"), schema.OneOf, (at, one) => Validate(at, one, scope.Below)),
            .. FieldRules.Each(path.Child("anyOf"), schema.AnyOf, (at, one) => Validate(at, one, scope.Below)),
            .. OfNamed(path.Child("definitions"), schema.Definitions, scope),
            .. Validate(path.Child("items"), schema.Items?.Schema, scope.Below),
            .. FieldRules.Each(path.Child("items"), schema.Items?.JSONSchemas ?? default, (at, one) => Validate(at, one, scope.Below)),
            .. FieldRules.If(schema.XPreserveUnknownFields == false, () => FieldError.Invalid(
                path.Child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined")),
            .. ListSchemaValidation.Validate(path, schema),
        ];
    }

    private static Findings<FieldError> OfFields(FieldPath path, JSONSchemaProps schema, SchemaScope scope) =>
    [
        .. FieldRules.If(
            schema.Type is { } type && !Types.Contains(type), () => FieldError.NotSupported(path.Child("type"), schema.Type, Types)),
        .. FieldRules.If(
            schema.Default is not null && scope.NoDefault is not null,
            () => FieldError.Forbidden(path.Child("default"), $"must not be set {scope.NoDefault}")),
        .. NotSupported(path, "id", schema.Id is not null),
        .. NotSupported(path, "additionalItems", schema.AdditionalItems is not null),
        .. NotSupported(path, "patternProperties", !schema.PatternProperties.IsEmpty),
        .. NotSupported(path, "definitions", !schema.Definitions.IsEmpty),
        .. NotSupported(path, "dependencies", schema.Dependencies is not null),
        .. NotSupported(path, "$ref", schema.Ref is not null),
        .. FieldRules.If(schema.Type == "null", () => FieldError.Forbidden(
            path.Child("type"), "type cannot be set to null, use nullable as an alternative")),
        .. FieldRules.If(schema.Items is { JSONSchemas.IsEmpty: false }, () => FieldError.Forbidden(
            path.Child("items"), "items must be a schema object and not an array")),
        .. FieldRules.If(scope.IsInMetadata && schema.XEmbeddedResource, () => FieldError.Forbidden(
            path.Child("x-kubernetes-embedded-resource"), "must not be used inside of resource meta")),
    ];

    private static Findings<FieldError> NotSupported(FieldPath path, string field, bool isSet) =>
        FieldRules.If(isSet, () => FieldError.Forbidden(path.Child(field), $"{field} is not supported"));

    private static Findings<FieldError> OfAdditional(FieldPath path, JSONSchemaProps schema, SchemaScope scope)
    {
        if (schema.AdditionalProperties is not { } additional)
        {
            return [];
        }

        var inside = scope.IsInMetadata
            ? scope.Below with { NoDefault = "inside additionalProperties applying to object metadata" }
            : scope.Below;
        return
        [
            .. FieldRules.If(
                !schema.Properties.IsEmpty && additional is not { Allows: true, Schema: null },
                () => FieldError.Forbidden(path, "additionalProperties and properties are mutual exclusive")),
            .. Validate(path, additional.Schema, inside),
        ];
    }

    private static Findings<FieldError> OfProperties(FieldPath path, JSONSchemaProps schema, SchemaScope scope)
    {
        var errors = Findings<FieldError>.None;
        foreach (var (name, property) in schema.Properties)
        {
            var inside = scope.Below;
            if ((scope.IsRoot || schema.XEmbeddedResource) && ObjectFields.Contains(name))
            {
                inside = inside with { IsInMetadata = true, NoDefault = scope.IsRoot ? $"in top-level {name}" : inside.NoDefault };
            }

            errors.AddRange(Validate(path.Key(name), property, inside));
        }

        return errors;
    }

    private static Findings<FieldError> OfNamed(FieldPath path, ValueMap<JSONSchemaProps> schemas, SchemaScope scope)
    {
        var errors = Findings<FieldError>.None;
        foreach (var (name, schema) in schemas)
        {
            errors.AddRange(Validate(path.Key(name), schema, scope.Below));
        }

        return errors;
    }
}
