using System.Globalization;
using System.Text.Json;
using Coppice.Objects;

namespace Coppice.ApiServer.Schemas;

/// <summary>
/// Makes a value fit its schema before anybody checks it: fields that the schema does not know are left out, nulls that may not be are
/// left out, and what is missing gets its default. A value that fits already, as nearly all that are stored, is given back as it is.
/// </summary>
internal static class SchemaFitting
{
    /// <param name="path">Where the value is, as in "spec.template"; for <paramref name="dropped"/>.</param>
    /// <param name="dropped">Gets the paths of unknown fields; null if nobody asks.</param>
    public static JsonElement Fit(JsonElement value, StructuralSchema schema, string path, List<string>? dropped)
    {
        var place = FittingPlace.Of(schema, completes: true);
        return IsFit(value, place) ? value : Rewritten(value, place, path, dropped);
    }

    /// <summary>The same for the fields at the top of an object, beside those that every object has.</summary>
    /// <param name="completes">What is missing gets its default, and nulls that may not be go.</param>
    public static ValueMap<JsonElement> FitFields(
        ValueMap<JsonElement> fields, StructuralSchema schema, bool completes, List<string>? dropped)
    {
        var root = FittingPlace.Of(schema, completes);
        var fitted = new List<KeyValuePair<string, JsonElement>>(fields.Count);
        var isSame = true;
        foreach (var (name, value) in fields)
        {
            if (root.Child(name) is not { } place)
            {
                dropped?.Add(name);
                isSame = false;
            }
            else if (place.Forbids(value))
            {
                // With its default, if it has one, it comes back below.
                isSame = false;
            }
            else
            {
                var isFit = IsFit(value, place);
                fitted.Add(new(name, isFit ? value : Rewritten(value, place, name, dropped)));
                isSame &= isFit;
            }
        }

        foreach (var name in root.Defaulted)
        {
            if (!fields.TryGetValue(name, out var value) || root.Child(name)!.Value.Forbids(value))
            {
                var place = root.Child(name)!.Value;
                fitted.Add(new(name, Rewritten(place.Schema!.Default!.Value, place, name, null)));
                isSame = false;
            }
        }

        return isSame ? fields : new(fitted);
    }

    private static JsonElement Rewritten(JsonElement value, FittingPlace place, string path, List<string>? dropped) =>
        JsonObjects.Make(json => Write(new Output(json, dropped), value, place, path));

    private static bool IsFit(JsonElement value, FittingPlace place)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    if (place.Child(property.Name) is not { } child || child.Forbids(property.Value) || !IsFit(property.Value, child))
                    {
                        return false;
                    }
                }

                foreach (var name in place.Defaulted)
                {
                    if (!value.TryGetProperty(name, out _))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.Array:
                var element = place.Element;
                foreach (var item in value.EnumerateArray())
                {
                    if ((element.Forbids(item) && element.Schema!.Default is not null) || !IsFit(item, element))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return true;
        }
    }

    private static void Write(Output output, JsonElement value, FittingPlace place, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(output, value, place, path);
                break;
            case JsonValueKind.Array:
                output.Json.WriteStartArray();
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    var at = output.Dropped is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]");
                    Write(output, place.Element.OrDefault(item), place.Element, at);
                }

                output.Json.WriteEndArray();
                break;
            default:
                value.WriteTo(output.Json);
                break;
        }
    }

    private static void WriteObject(Output output, JsonElement value, FittingPlace place, string path)
    {
        var json = output.Json;
        json.WriteStartObject();
        foreach (var property in value.EnumerateObject())
        {
            var at = output.Dropped is null ? "" : path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (place.Child(property.Name) is not { } child)
            {
                output.Dropped?.Add(at);
            }
            else if (child.OrDefault(property.Value) is var kept && !child.Forbids(kept))
            {
                json.WritePropertyName(property.Name);
                Write(output, kept, child, at);
            }
        }

        foreach (var name in place.Defaulted)
        {
            if (!value.TryGetProperty(name, out _))
            {
                var child = place.Child(name)!.Value;
                json.WritePropertyName(name);
                Write(output, child.Schema!.Default!.Value, child, path);
            }
        }

        json.WriteEndObject();
    }

    private sealed record Output(Utf8JsonWriter Json, List<string>? Dropped);
}

/// <summary>What is asked of a value so that it fits.</summary>
/// <param name="Schema">Null where nothing is known of the value: then it has no fields, unless they are kept.</param>
/// <param name="Keeps">Fields that the schema does not name are kept, and what is in them.</param>
/// <param name="Completes">What is missing gets its default, and nulls that may not be go.</param>
internal readonly record struct FittingPlace(StructuralSchema? Schema, bool Keeps, bool Completes)
{
    private static readonly string[] TypeFields = ["apiVersion", "kind"];

    /// <summary>What is in a list; in one that keeps its fields, these are kept as well.</summary>
    public FittingPlace Element => this with { Schema = Schema?.Items, Keeps = Keeps || Schema?.Items?.KeepsUnknown == true };

    /// <summary>The fields that get a value if they have none.</summary>
    public IReadOnlyList<string> Defaulted => Completes && Schema is not null ? Schema.Defaulted : [];

    public static FittingPlace Of(StructuralSchema schema, bool completes) => new(schema, schema.KeepsUnknown, completes);

    /// <summary>Null for a field that is left out.</summary>
    public FittingPlace? Child(string name)
    {
        if (Schema?.Source.XEmbeddedResource == true)
        {
            if (name == "metadata")
            {
                return Of(MetadataSchema.Whole, Completes);
            }

            if (TypeFields.Contains(name))
            {
                return new(null, true, Completes);
            }
        }

        if ((Schema?.Property(name) ?? Schema?.Additional) is { } known)
        {
            return new(known, known.KeepsUnknown, Completes);
        }

        return Schema?.AllowsAnyAdditional == true ? new(null, false, Completes) : Keeps ? new(null, true, Completes) : null;
    }

    /// <summary>It is null, and may not be.</summary>
    public bool Forbids(JsonElement value) => Completes && value.ValueKind == JsonValueKind.Null && Schema is { Source.Nullable: false };

    public JsonElement OrDefault(JsonElement value) => Forbids(value) ? Schema!.Default ?? value : value;
}
