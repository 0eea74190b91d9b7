using Coppice.ApiServer.Errors;
using Coppice.Cel.Patterns;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>
/// That a schema is structural: what a value consists of is said once and outside of allOf, anyOf, oneOf and not, so that it can be
/// pruned, completed and published.
/// </summary>
internal static class StructuralValidation
{
    private static readonly ValueList<JSONSchemaProps> IntOrString = [new() { Type = "integer" }, new() { Type = "string" }];

    private enum Level
    {
        Root,
        Item,
        Field,
    }

    /// <returns>In alphabetical order, as Kubernetes tells of them.</returns>
    public static Findings<FieldError> Validate(FieldPath path, JSONSchemaProps schema)
    {
        Findings<FieldError> found = [.. OfInvariants(path, schema, Level.Root), .. OfCompleteness(schema, schema, path, path)];
        return [.. found.OrderBy(error => error.ToString(), StringComparer.Ordinal)];
    }

    private static Findings<FieldError> OfInvariants(FieldPath path, JSONSchemaProps? schema, Level level)
    {
        if (schema is null)
        {
            return [];
        }

        return
        [
            .. FieldRules.If(
                schema.Type == "array" && schema.Items is null, () => FieldError.Required(path.Child("items"), "must be specified")),
            .. OfInvariants(path.Child("items"), schema.Items?.Schema, Level.Item),
            .. OfProperties(path.Child("properties"), schema),
            .. FieldRules.If(
                level == Level.Root && schema.AdditionalProperties is not null,
                () => FieldError.Forbidden(path.Child("additionalProperties"), "must not be used at the root")),
            .. OfInvariants(path.Child("additionalProperties"), schema.AdditionalProperties?.Schema, Level.Field),
            .. OfIntOrString(path, schema),
            .. OfAlternatives(path, schema, schema.AnyOf == IntOrString, schema.AllOf is { IsEmpty: false } all && all[0].AnyOf == IntOrString),
            .. OfType(path.Child("type"), schema, level),
            .. FieldRules.If(
                schema.XEmbeddedResource && schema.AdditionalProperties is not null,
                () => FieldError.Forbidden(
                    path.Child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set")),
            .. level == Level.Root || schema.XEmbeddedResource ? OfObject(path.Child("properties"), schema, level) : [],
            .. FieldRules.If(
                schema is { XEmbeddedResource: true, Properties.IsEmpty: true, XPreserveUnknownFields: not true },
                () => FieldError.Required(
                    path.Child("properties"),
                    "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields")),
        ];
    }

    private static Findings<FieldError> OfProperties(FieldPath path, JSONSchemaProps schema)
    {
        var errors = Findings<FieldError>.None;
        foreach (var (name, property) in schema.Properties)
        {
            errors.AddRange(OfInvariants(path.Key(name), property, Level.Field));
        }

        return errors;
    }

    private static Findings<FieldError> OfIntOrString(FieldPath path, JSONSchemaProps schema)
    {
        const string Detail = "must be false if x-kubernetes-int-or-string is true";
        return
        [
            .. FieldRules.If(
                schema is { XIntOrString: true, XPreserveUnknownFields: true },
                () => FieldError.Invalid(path.Child("x-kubernetes-preserve-unknown-fields"), true, Detail)),
            .. FieldRules.If(
                schema is { XIntOrString: true, XEmbeddedResource: true },
                () => FieldError.Invalid(path.Child("x-kubernetes-embedded-resource"), true, Detail)),
        ];
    }

    private static Findings<FieldError> OfType(FieldPath path, JSONSchemaProps schema, Level level)
    {
        const string Embedded = "must be object if x-kubernetes-embedded-resource is true";
        return (schema.Type, level) switch
        {
            (null, _) when schema.XEmbeddedResource => [FieldError.Required(path, Embedded)],
            not ("object", _) when schema.XEmbeddedResource && level != Level.Root => [FieldError.Invalid(path, schema.Type, Embedded)],
            (null, _) when schema.XIntOrString || schema.XPreserveUnknownFields == true => [],
            (null, Level.Root) => [FieldError.Required(path, "must not be empty at the root")],
            (null, Level.Item) => [FieldError.Required(path, "must not be empty for specified array items")],
            (null, _) => [FieldError.Required(path, "must not be empty for specified object fields")],
            (not "object", Level.Root) => [FieldError.Invalid(path, schema.Type, "must be object at the root")],
            _ => [],
        };
    }

    /// <summary>The fields of whole objects.</summary>
    private static Findings<FieldError> OfObject(FieldPath path, JSONSchemaProps schema, Level level)
    {
        var errors = Findings<FieldError>.None;
        foreach (var name in (ReadOnlySpan<string>)["kind", "apiVersion"])
        {
            if (schema.Properties.Find(name) is { } property && property.Type != "string")
            {
                errors.Add(FieldError.Invalid(path.Key(name).Child("type"), property.Type ?? "", "must be string"));
            }
        }

        if (schema.Properties.Find("metadata") is { } metadata)
        {
            var at = path.Key("metadata");
            errors.AddRange(FieldRules.If(
                metadata.Type != "object", () => FieldError.Invalid(at.Child("type"), metadata.Type ?? "", "must be object")));
            errors.AddRange(FieldRules.If(level == Level.Root && !OnlyNames(metadata), () => FieldError.Forbidden(
                at, "must not specify anything other than name and generateName, but metadata is implicitly specified")));
        }

        return errors;
    }

    private static bool OnlyNames(JSONSchemaProps metadata)
    {
        var isOfNames = metadata.Properties.Keys.All(name => name is "name" or "generateName");
        return metadata with { Type = null, Default = null, Properties = isOfNames ? default : metadata.Properties } == new JSONSchemaProps();
    }

    /// <param name="isFree">The alternatives are those of what is a number or a string, which may say so.</param>
    private static Findings<FieldError> OfAlternatives(FieldPath path, JSONSchemaProps schema, bool isFree, bool isFirstFree)
    {
        var errors = isFree ? [] : FieldRules.Each(path.Child("anyOf"), schema.AnyOf, (at, one) => OfNested(at, one, false));
        for (var i = 0; i < schema.AllOf.Count; i++)
        {
            errors.AddRange(OfNested(path.Child("allOf").Index(i), schema.AllOf[i], isFirstFree && i == 0));
        }

        errors.AddRange(FieldRules.Each(path.Child("oneOf"), schema.OneOf, (at, one) => OfNested(at, one, false)));
        errors.AddRange(schema.Not is { } not ? OfNested(path.Child("not"), not, false) : []);
        if (schema.Pattern is { } pattern && !Re2Pattern.TryMake(pattern, out _, out var wrong))
        {
            errors.Add(FieldError.Invalid(path.Child("pattern"), pattern, $"must be a valid regular expression, but isn't: {wrong}"));
        }

        return errors;
    }

    private static Findings<FieldError> OfNested(FieldPath path, JSONSchemaProps schema, bool isFree)
    {
        var errors = OfAlternatives(path, schema, isFree, false);
        errors.AddRange(schema.Items?.Schema is { } items ? OfNested(path.Child("items"), items, false) : []);
        foreach (var (name, property) in schema.Properties)
        {
            errors.AddRange(OfNested(path.Child("properties").Key(name), property, false));
        }

        errors.AddRange(
        [
            .. Forbidden(path, "type", schema.Type is not null, "must be empty"),
            .. Forbidden(path, "additionalProperties", schema.AdditionalProperties is not null, "must be undefined"),
            .. Forbidden(path, "default", schema.Default is not null, "must be undefined"),
            .. Forbidden(path, "title", schema.Title is not null, "must be empty"),
            .. Forbidden(path, "description", schema.Description is not null, "must be empty"),
            .. Forbidden(path, "nullable", schema.Nullable, "must be false"),
            .. Forbidden(path, "externalDocs", schema.ExternalDocs is not null, "must be undefined"),
            .. Forbidden(path, "x-kubernetes-preserve-unknown-fields", schema.XPreserveUnknownFields == true, "must be false"),
            .. Forbidden(path, "x-kubernetes-embedded-resource", schema.XEmbeddedResource, "must be false"),
            .. Forbidden(path, "x-kubernetes-int-or-string", schema.XIntOrString, "must be false"),
            .. Forbidden(path, "x-kubernetes-list-map-keys", !schema.XListMapKeys.IsEmpty, "must be empty"),
            .. Forbidden(path, "x-kubernetes-list-type", schema.XListType is not null, "must be undefined"),
            .. Forbidden(path, "x-kubernetes-map-type", schema.XMapType is not null, "must be undefined"),
            .. Forbidden(path, "x-kubernetes-validations", !schema.XValidations.IsEmpty, "must be empty"),
            .. FieldRules.If(
                schema.Properties.ContainsKey("metadata"),
                () => FieldError.Forbidden(path.Child("properties").Key("metadata"), "must not be specified in a nested context")),
        ]);
        return errors;
    }

    private static Findings<FieldError> Forbidden(FieldPath path, string field, bool isSet, string detail) =>
        FieldRules.If(isSet, () => FieldError.Forbidden(path.Child(field), $"{detail} to be structural"));

    /// <summary>What alternatives speak of must be there.</summary>
    private static Findings<FieldError> OfCompleteness(JSONSchemaProps nested, JSONSchemaProps? schema, FieldPath path, FieldPath nestedPath)
    {
        if (schema is null)
        {
            return [FieldError.Required(path, $"because it is defined in {nestedPath}")];
        }

        var errors = nested.Not is { } not ? OfNestedCompleteness(not, schema, path, nestedPath.Child("not")) : [];
        errors.AddRange(FieldRules.Each(nestedPath.Child("allOf"), nested.AllOf, (at, one) => OfNestedCompleteness(one, schema, path, at)));
        errors.AddRange(FieldRules.Each(nestedPath.Child("anyOf"), nested.AnyOf, (at, one) => OfNestedCompleteness(one, schema, path, at)));
        errors.AddRange(FieldRules.Each(nestedPath.Child("oneOf"), nested.OneOf, (at, one) => OfNestedCompleteness(one, schema, path, at)));
        return errors;
    }

    private static Findings<FieldError> OfNestedCompleteness(JSONSchemaProps nested, JSONSchemaProps? schema, FieldPath path, FieldPath nestedPath)
    {
        var errors = OfCompleteness(nested, schema, path, nestedPath);
        if (schema is null)
        {
            return errors;
        }

        if (nested.Items?.Schema is { } items)
        {
            errors.AddRange(OfNestedCompleteness(items, schema.Items?.Schema, path.Child("items"), nestedPath.Child("items")));
        }

        foreach (var (name, property) in nested.Properties)
        {
            var (at, nestedAt) = (path.Child("properties").Key(name), nestedPath.Child("properties").Key(name));
            errors.AddRange(OfNestedCompleteness(property, schema.Properties.Find(name), at, nestedAt));
        }

        return errors;
    }
}
