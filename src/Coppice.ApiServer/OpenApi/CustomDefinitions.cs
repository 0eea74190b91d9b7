using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.OpenApi;

/// <summary>The schemas of custom resources, as their definitions have them.</summary>
internal static class CustomDefinitions
{
    /// <summary>A schema with all that is in it.</summary>
    public static SchemaNode Of(JSONSchemaProps source) => new()
    {
        Type = source.Type,
        OneOf = source.XIntOrString && source.AnyOf.IsEmpty && source.AllOf.IsEmpty ? ["integer", "string"] : [],
        Format = source.Format,
        Description = source.Description,
        Default = source.Default?.ToString(),
        Items = source.Items?.Schema is { } items ? Of(items) : null,
        Values = source.AdditionalProperties?.Schema is { } values ? Of(values) : null,
        Properties = [.. source.Properties.Select(property => KeyValuePair.Create(property.Key, Of(property.Value)))],
        Required = source.Required,
        Keywords = [.. KeywordsOf(source)],
        NewKeywords = [.. NewKeywordsOf(source)],
        Extensions = [.. ExtensionsOf(source)],
        IsOpaque = source.Nullable || source.XIntOrString || source.XPreserveUnknownFields == true,
    };

    private static IEnumerable<VendorExtension> KeywordsOf(JSONSchemaProps source) => Present(
        ("title", Text(source.Title)),
        ("maximum", source.Maximum is { } most ? most.ToString("R", CultureInfo.InvariantCulture) : null),
        ("exclusiveMaximum", Flag(source.ExclusiveMaximum)),
        ("minimum", source.Minimum is { } least ? least.ToString("R", CultureInfo.InvariantCulture) : null),
        ("exclusiveMinimum", Flag(source.ExclusiveMinimum)),
        ("maxLength", source.MaxLength?.ToString(CultureInfo.InvariantCulture)),
        ("minLength", source.MinLength?.ToString(CultureInfo.InvariantCulture)),
        ("pattern", Text(source.Pattern)),
        ("maxItems", source.MaxItems?.ToString(CultureInfo.InvariantCulture)),
        ("minItems", source.MinItems?.ToString(CultureInfo.InvariantCulture)),
        ("multipleOf", source.MultipleOf is { } factor ? factor.ToString("R", CultureInfo.InvariantCulture) : null),
        ("enum", source.Enum.IsEmpty ? null : $"[{string.Join(',', source.Enum)}]"),
        ("maxProperties", source.MaxProperties?.ToString(CultureInfo.InvariantCulture)),
        ("minProperties", source.MinProperties?.ToString(CultureInfo.InvariantCulture)),
        ("additionalProperties", source.AdditionalProperties is { Schema: null } any ? any.Allows ? "true" : "false" : null),
        ("externalDocs", source.ExternalDocs is { } documents ? Json(documents) : null),
        ("example", source.Example?.ToString()));

    /// <summary>What version 2 has no words for.</summary>
    private static IEnumerable<VendorExtension> NewKeywordsOf(JSONSchemaProps source) => Present(
        ("nullable", Flag(source.Nullable)),
        ("allOf", Json(source.AllOf)),
        ("oneOf", Json(source.OneOf)),
        ("anyOf", Json(source.AnyOf)),
        ("not", source.Not is { } not ? Json(not) : null));

    private static IEnumerable<VendorExtension> ExtensionsOf(JSONSchemaProps source) => Present(
        ("x-kubernetes-embedded-resource", Flag(source.XEmbeddedResource)),
        ("x-kubernetes-int-or-string", Flag(source.XIntOrString)),
        ("x-kubernetes-list-map-keys", source.XListMapKeys.IsEmpty ? null : $"[{string.Join(',', source.XListMapKeys.Select(key => Text(key)))}]"),
        ("x-kubernetes-list-type", Text(source.XListType)),
        ("x-kubernetes-map-type", Text(source.XMapType)),
        ("x-kubernetes-preserve-unknown-fields", Flag(source.XPreserveUnknownFields == true)),
        ("x-kubernetes-validations", source.XValidations.IsEmpty ? null : $"[{string.Join(',', source.XValidations.Select(Json))}]"));

    private static IEnumerable<VendorExtension> Present(params (string Name, string? Json)[] all) =>
        all.Where(one => one.Json is not null).Select(one => new VendorExtension(one.Name, one.Json!));

    private static string? Flag(bool value) => value ? "true" : null;

    private static string? Text(string? text) => text is null ? null : $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static string? Json(ValueList<JSONSchemaProps> schemas) => schemas.IsEmpty ? null : $"[{string.Join(',', schemas.Select(Json))}]";

    private static string Json<T>(T value) => Encoding.UTF8.GetString(ApiJson.Write(value));

}
