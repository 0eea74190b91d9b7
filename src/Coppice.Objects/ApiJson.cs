using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Coppice.Objects;

/// <summary>Reads and writes the types of the API as JSON, as Kubernetes does: camelCase, empty optional fields left out.</summary>
public static class ApiJson
{
    private static readonly JsonSerializerOptions Options = Create();

    public static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    internal static JsonTypeInfo TypeInfo(Type type) => Options.GetTypeInfo(type);

    public static byte[] Write<T>(T value) => value is IJsonRecord record ? Bytes(record) : JsonSerializer.SerializeToUtf8Bytes(value, TypeInfo<T>());

    /// <summary>Writes an object as what it is, whatever type it is declared with.</summary>
    public static byte[] WriteObject(KubernetesObject item) =>
        item is IJsonRecord record ? Bytes(record) : JsonSerializer.SerializeToUtf8Bytes(item, Options.GetTypeInfo(item.GetType()));

    public static void WriteObject(Utf8JsonWriter writer, object item) => WriteValue(writer, item, item.GetType());

    internal static void WriteValue<T>(Utf8JsonWriter writer, T value) => JsonSerializer.Serialize(writer, value, TypeInfo<T>());

    /// <param name="type">What it is declared as.</param>
    internal static void WriteValue(Utf8JsonWriter writer, object? value, Type type)
    {
        if (value is IJsonRecord record)
        {
            record.WriteJson(writer);
        }
        else
        {
            JsonSerializer.Serialize(writer, value, Options.GetTypeInfo(type));
        }
    }

    /// <exception cref="JsonException">The text is not JSON, or not of this shape.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, TypeInfo<T>()) ?? throw new JsonException("expected an object, found null");

    /// <summary>The same, most often without asking the serializer.</summary>
    /// <exception cref="JsonException">The text is not JSON, or not of this shape.</exception>
    public static T ReadRecord<T>(ReadOnlySpan<byte> json)
        where T : IJsonReadable<T>
    {
        try
        {
            var reader = new RecordReader(new Utf8JsonReader(json));
            if (ReadRecord<T>(ref reader, out var record))
            {
                return record;
            }
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            // The serializer reads it, or says what is wrong.
        }

        return Read<T>(json);
    }

    /// <summary>The same, of a text in which a decoder that checks everything would find nothing; of any other, null.</summary>
    public static T? ReadPlain<T>(ReadOnlySpan<byte> json)
        where T : class, IJsonReadable<T>
    {
        try
        {
            var reader = new RecordReader(new Utf8JsonReader(json));
            return ReadRecord<T>(ref reader, out var record) && reader.IsPlain ? record : null;
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return null;
        }
    }

    public static T Read<T>(JsonElement json) =>
        json.Deserialize(TypeInfo<T>()) ?? throw new JsonException("expected an object, found null");

    /// <exception cref="JsonException">The text is not JSON, or not of this shape.</exception>
    public static object Read(ReadOnlySpan<byte> json, Type type) =>
        JsonSerializer.Deserialize(json, Options.GetTypeInfo(type)) ?? throw new JsonException("expected an object, found null");

    private static bool ReadRecord<T>(ref RecordReader reader, [MaybeNullWhen(false)] out T record)
        where T : IJsonReadable<T>
    {
        record = reader.Json.Read() ? T.ReadJson(ref reader) : default;
        return record is not null && !reader.Json.Read();
    }

    private static bool IsUnreadable(Exception e) => e is JsonException or InvalidOperationException or FormatException;

    private static byte[] Bytes(IJsonRecord record)
    {
        var scratch = JsonScratch.Take();
        record.WriteJson(scratch.Writer);
        scratch.Writer.Flush();
        return scratch.Json.WrittenSpan.ToArray();
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(Meta.MetaJsonContext.Default.Options)
        {
            // Go's encoder escapes only what HTML makes dangerous; readers of raw output expect names and messages as they are.
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = new GroupedTypes(
                Meta.MetaJsonContext.Default,
                KindsJsonContext.Default,
                Core.CoreJsonContext.Default,
                Apps.AppsJsonContext.Default,
                Certificates.CertificatesJsonContext.Default,
                Batch.BatchJsonContext.Default,
                Coordination.CoordinationJsonContext.Default,
                Discovery.DiscoveryJsonContext.Default,
                Events.EventsJsonContext.Default,
                Flowcontrol.FlowcontrolJsonContext.Default,
                Networking.NetworkingJsonContext.Default,
                Policy.PolicyJsonContext.Default,
                Rbac.RbacJsonContext.Default,
                Resource.ResourceJsonContext.Default,
                Node.NodeJsonContext.Default,
                Scheduling.SchedulingJsonContext.Default,
                Storage.StorageJsonContext.Default,
                Apiregistration.ApiregistrationJsonContext.Default,
                Autoscaling.AutoscalingJsonContext.Default,
                Autoscaling.V2.AutoscalingV2JsonContext.Default,
                Metrics.MetricsJsonContext.Default,
                Authentication.AuthenticationJsonContext.Default,
                Authorization.AuthorizationJsonContext.Default,
                Admission.AdmissionJsonContext.Default,
                Admissionregistration.AdmissionregistrationJsonContext.Default,
                Apiextensions.ApiextensionsJsonContext.Default),
        };
        options.MakeReadOnly();
        return options;
    }
}
