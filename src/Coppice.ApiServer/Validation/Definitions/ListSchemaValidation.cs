using Coppice.ApiServer.Errors;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>How lists and maps are merged: x-kubernetes-list-type, -list-map-keys and -map-type of a schema.</summary>
internal static class ListSchemaValidation
{
    private const string ListType = "x-kubernetes-list-type";
    private const string ListKeys = "x-kubernetes-list-map-keys";
    private const string MapType = "x-kubernetes-map-type";
    private const string AtomicElement = "must be atomic as item of a list with x-kubernetes-list-type=set";

    public static Findings<FieldError> Validate(FieldPath path, JSONSchemaProps schema) =>
    [
        .. OfType(path, schema, "object", MapType, schema.XMapType),
        .. FieldRules.If(
            schema.XMapType is not (null or "atomic" or "granular"),
            () => FieldError.NotSupported(path.Child(MapType), schema.XMapType, "atomic", "granular")),
        .. schema.XListType is not null && schema.Type != "array"
            ? OfType(path, schema, "array", ListType, schema.XListType)
            : OfSetElements(path.Child("items"), schema),
        .. FieldRules.If(
            schema.XListType is not (null or "atomic" or "set" or "map"),
            () => FieldError.NotSupported(path.Child(ListType), schema.XListType, "atomic", "set", "map")),
        .. OfKeysWithoutMap(path.Child(ListType), schema),
        .. schema.XListType == "map" ? OfMap(path, schema) : [],
        .. schema.XListType is "map" or "set" && schema.Items?.Schema is { } element ? OfElement(path.Child("items"), schema, element) : [],
    ];

    private static Findings<FieldError> OfType(FieldPath path, JSONSchemaProps schema, string type, string extension, string? value)
    {
        if (value is null || schema.Type == type)
        {
            return [];
        }

        var (at, detail) = (path.Child("type"), $"must be {type} if {extension} is specified");
        return schema.Type is null ? [FieldError.Required(at, detail)] : [FieldError.Invalid(at, schema.Type, detail)];
    }

    private static Findings<FieldError> OfSetElements(FieldPath path, JSONSchemaProps schema) => (schema.XListType, schema.Items?.Schema) switch
    {
        ("set", { Type: "array", XListType: not (null or "atomic") } element) =>
            [FieldError.Invalid(path.Child(ListType), element.XListType, AtomicElement)],
        ("set", { Type: "object", XMapType: not "atomic" } element) =>
            [FieldError.Invalid(path.Child(MapType), element.XMapType, AtomicElement)],
        _ => [],
    };

    private static Findings<FieldError> OfKeysWithoutMap(FieldPath path, JSONSchemaProps schema)
    {
        const string Detail = "must be map if x-kubernetes-list-map-keys is non-empty";
        return schema.XListMapKeys.IsEmpty ? []
            : schema.XListType is null ? [FieldError.Required(path, Detail)]
            : FieldRules.If(schema.XListType != "map", () => FieldError.Invalid(path, schema.XListType, Detail));
    }

    private static Findings<FieldError> OfMap(FieldPath path, JSONSchemaProps schema)
    {
        var items = path.Child("items");
        var errors = FieldRules.If(
            schema.XListMapKeys.IsEmpty, () => FieldError.Required(path.Child(ListKeys), "must not be empty if x-kubernetes-list-type is map"));
        errors.AddRange(FieldRules.If(
            schema.Items is null, () => FieldError.Required(items, "must have a schema if x-kubernetes-list-type is map")));
        if (schema.Items?.Schema is not { } element)
        {
            return errors;
        }

        if (element.Type != "object")
        {
            errors.Add(FieldError.Invalid(
                items.Child("type"), element.Type ?? "", "must be object if parent array's x-kubernetes-list-type is map"));
            return errors;
        }

        foreach (var key in schema.XListMapKeys)
        {
            errors.AddRange(element.Properties.Find(key) is not { } property
                ? [FieldError.Invalid(path.Child(ListKeys), schema.XListMapKeys, "entries must all be names of item properties")]
                : FieldRules.If(property.Type is "array" or "object", () => FieldError.Invalid(
                    items.Child("properties").Key(key).Child("type"),
                    element.Type,
                    "must be a scalar type if parent array's x-kubernetes-list-type is map")));
        }

        errors.AddRange(FieldRules.If(
            schema.XListMapKeys.Distinct(StringComparer.Ordinal).Count() < schema.XListMapKeys.Count,
            () => FieldError.Invalid(path.Child(ListKeys), schema.XListMapKeys, "must not contain duplicate entries")));
        return errors;
    }

    private static Findings<FieldError> OfElement(FieldPath path, JSONSchemaProps schema, JSONSchemaProps element)
    {
        var errors = FieldRules.If(
            element.Nullable, () => FieldError.Forbidden(path.Child("nullable"), $"cannot be nullable when x-kubernetes-list-type is {schema.XListType}"));
        foreach (var key in schema.XListMapKeys)
        {
            if (schema.XListType == "map" && element.Properties.Find(key) is { } property)
            {
                var at = path.Child("properties").Key(key);
                errors.AddRange(FieldRules.If(
                    property.Default is null && !element.Required.Contains(key),
                    () => FieldError.Required(
                        at.Child("default"), "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property")));
                errors.AddRange(FieldRules.If(property.Nullable, () => FieldError.Forbidden(
                    at.Child("nullable"), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable")));
            }
        }

        return errors;
    }
}
