using Coppice.ApiServer.Schemas;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Validation.Definitions;

/// <summary>The formats in a definition's schemas that nobody knows: they may be there, and ask nothing of a value.</summary>
internal static class UnknownFormats
{
    /// <summary>Each once.</summary>
    public static IEnumerable<string> Of(CustomResourceDefinitionSpec spec) => spec.Versions
        .Select(version => version.Schema?.OpenAPIV3Schema)
        .OfType<JSONSchemaProps>()
        .SelectMany(Everything)
        .Where(schema => schema.Format is { Length: > 0 } format && !IsKnown(schema.Type ?? "", format))
        .Select(schema => schema.Format!)
        .Distinct(StringComparer.Ordinal);

    private static bool IsKnown(string type, string format) => type switch
    {
        "" or "string" => StringFormats.IsKnown(format),
        "integer" => format is "int32" or "int64",
        "number" => format is "float" or "double",
        _ => false,
    };

    /// <summary>A schema and all that are in it.</summary>
    private static IEnumerable<JSONSchemaProps> Everything(JSONSchemaProps schema) => Inner(schema).OfType<JSONSchemaProps>().SelectMany(Everything).Prepend(schema);

    private static IEnumerable<JSONSchemaProps?> Inner(JSONSchemaProps schema) =>
    [
        .. schema.Properties.Select(property => property.Value), schema.Items?.Schema, schema.AdditionalProperties?.Schema,
        .. schema.AllOf, .. schema.AnyOf, .. schema.OneOf, schema.Not,
    ];
}
