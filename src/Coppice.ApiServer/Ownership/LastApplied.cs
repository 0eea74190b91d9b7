using System.Text;
using System.Text.Json;

namespace Coppice.ApiServer.Ownership;

/// <summary>The annotation in which kubectl keeps what it applied from the client's side.</summary>
internal static class LastApplied
{
    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    // Kubernetes' limit of all annotations together: the one that would not fit is left out.
    private const int AnnotationsBytesMax = 256 * 1024;

    /// <summary>The fields that were applied and are still as they were applied; null if there is no annotation that tells.</summary>
    public static FieldSet? StillSo(JsonElement live, MergeShape shape)
    {
        if (Find(live) is not { } text)
        {
            return null;
        }

        try
        {
            var applied = JsonBuilding.Parse(Encoding.UTF8.GetBytes(text));
            if (applied.Field("apiVersion").ToText() != live.Field("apiVersion").ToText() || ConfigurationCheck.Find(applied, shape) is not null)
            {
                return null;
            }

            var now = FieldComparison.Of(applied, live, shape);
            return FieldExtraction.FieldsOf(applied, shape).Without(now.Modified).Without(now.Added).Without(now.Removed);
        }
        catch (JsonException)
        {
            // Somebody wrote something else there.
            return null;
        }
    }

    /// <summary>An object that has the annotation has it with what is applied now, so that kubectl can go back to its own way.</summary>
    public static JsonElement Renew(JsonElement item, JsonElement configuration)
    {
        if (Find(item) is null)
        {
            return item;
        }

        var text = Encoding.UTF8.GetString(Sorted(configuration)) + "\n";
        var others = item.Field("metadata").Field("annotations").Fields().Where(one => one.Name != Annotation)
            .Sum(one => Encoding.UTF8.GetByteCount(one.Name) + Encoding.UTF8.GetByteCount(one.Value.ToText() ?? ""));
        var fits = others + Annotation.Length + Encoding.UTF8.GetByteCount(text) <= AnnotationsBytesMax;
        return With(item, "metadata", metadata => With(metadata, "annotations", annotations => With(annotations, Annotation, _ => fits ? Text(text) : default)));
    }

    private static string? Find(JsonElement item) =>
        item.Field("metadata").Field("annotations").Field(Annotation).ToText() is { Length: > 0 } text ? text : null;

    /// <summary>The configuration without the annotation, its fields in order as Go writes a map.</summary>
    private static ReadOnlySpan<byte> Sorted(JsonElement configuration)
    {
        var plain = configuration.Field("metadata").Field("annotations").ValueKind == JsonValueKind.Object
            ? With(configuration, "metadata", metadata => With(metadata, "annotations", annotations => With(annotations, Annotation, _ => default)))
            : configuration;
        return System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(JsonBuilding.Build(writer => WriteSorted(writer, plain)));
    }

    private static void WriteSorted(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var field in value.EnumerateObject().OrderBy(field => field.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(field.Name);
                    WriteSorted(writer, field.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var element in value.EnumerateArray())
                {
                    WriteSorted(writer, element);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    /// <summary>An object with another value for a field; without it, if that is absent.</summary>
    private static JsonElement With(JsonElement item, string name, Func<JsonElement, JsonElement> change) => JsonBuilding.Build(writer =>
    {
        writer.WriteStartObject();
        foreach (var field in item.Fields().Where(field => field.Name != name))
        {
            field.WriteTo(writer);
        }

        if (change(item.Field(name)) is { ValueKind: not JsonValueKind.Undefined } changed)
        {
            writer.WritePropertyName(name);
            changed.WriteTo(writer);
        }

        writer.WriteEndObject();
    });

    private static JsonElement Text(string text) => JsonBuilding.Build(writer => writer.WriteStringValue(text));
}
