using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Coppice.Scheduler.Configuration;

/// <summary>Finds what a reader would pass over: a field with a typing error would seem to have been taken.</summary>
internal static class UnknownFields
{
    /// <summary>The places of fields that a type does not have, such as "profiles[0].plugin".</summary>
    /// <param name="place">Of the value itself; empty for the whole.</param>
    public static IEnumerable<string> In(JsonElement value, JsonTypeInfo type, string place)
    {
        if (value.ValueKind == JsonValueKind.Array && type.ElementType is { } element)
        {
            var elementType = type.Options.GetTypeInfo(element);
            return value.EnumerateArray().Index().SelectMany(one => In(one.Item, elementType, $"{place}[{one.Index}]"));
        }

        return value.ValueKind == JsonValueKind.Object && type.Kind == JsonTypeInfoKind.Object
            ? value.EnumerateObject().SelectMany(field => InField(field, type, place.Length == 0 ? field.Name : $"{place}.{field.Name}"))
            : [];
    }

    private static IEnumerable<string> InField(JsonProperty field, JsonTypeInfo type, string place) =>
        type.Properties.FirstOrDefault(one => one.Name == field.Name) is { } known
            ? In(field.Value, type.Options.GetTypeInfo(known.PropertyType), place)
            : [place];
}
