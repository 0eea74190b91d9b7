using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Coppice.Objects;

/// <summary>
/// Two versions of an object as JSON for who looks for what differs: without the fields that are the very same in memory. Of a list that is
/// owned as a whole it only says that it is another, where that is known without its JSON.
/// </summary>
public static class VersionDifference
{
    private static readonly ConcurrentDictionary<Type, Field[]> Known = new();

    private static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <param name="old">As its JSON is read, of the same type as <paramref name="now"/>.</param>
    /// <param name="isIgnored">Whether nobody asks for a field, by its name.</param>
    public static (ReadOnlyMemory<byte> Old, ReadOnlyMemory<byte> Now) Write(KubernetesObject old, KubernetesObject now, Predicate<string> isIgnored)
    {
        var (oldJson, nowJson) = (new System.Buffers.ArrayBufferWriter<byte>(), new System.Buffers.ArrayBufferWriter<byte>());
        using (var oldWriter = new Utf8JsonWriter(oldJson, AsIs))
        using (var nowWriter = new Utf8JsonWriter(nowJson, AsIs))
        {
            oldWriter.WriteStartObject();
            nowWriter.WriteStartObject();
            foreach (var field in Known.GetOrAdd(now.GetType(), Read))
            {
                var (was, becomes) = (field.Property.Get!(old), field.Property.Get!(now));
                if (isIgnored(field.Property.Name) || AreVerySame(was, becomes))
                {
                    continue;
                }

                var (isOld, isNow) = (field.IsWritten(old, was), field.IsWritten(now, becomes));
                // What is read as it is written is other JSON if it is another value.
                if (field.IsWhole && isOld && isNow && !was!.Equals(becomes) && RoundTrip.KeepsList(becomes!))
                {
                    oldWriter.WriteNumber(field.Property.Name, 0);
                    nowWriter.WriteNumber(field.Property.Name, 1);
                    continue;
                }

                field.Write(oldWriter, isOld, was);
                field.Write(nowWriter, isNow, becomes);
            }

            oldWriter.WriteEndObject();
            nowWriter.WriteEndObject();
        }

        return (oldJson.WrittenMemory, nowJson.WrittenMemory);
    }

    /// <summary>Equal is not enough: an amount may be written in more than one way.</summary>
    private static bool AreVerySame(object? one, object? other) =>
        ReferenceEquals(one, other) || (one is IValues values && other is IValues others && values.IsVery(others));

    private static Field[] Read(Type type)
    {
        var schema = RecordSchemas.Of(type);
        return
        [
            .. from property in ApiJson.TypeInfo(type).Properties
               where property.Get is not null
               let facts = schema.Find(property.Name)
               select new Field(property, facts is { Value.Shape: ValueShape.List, Facts.List: ListType.Atomic }, DefaultOf(property.PropertyType)),
        ];
    }

    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "These are structs, and nothing of them is constructed here: the default value is asked.")]
    private static object? DefaultOf(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null ? RuntimeHelpers.GetUninitializedObject(type) : null;

    /// <param name="IsWhole">It is owned as a whole, whatever is in it.</param>
    /// <param name="Default">What is left out, unless the field is always there.</param>
    private sealed record Field(JsonPropertyInfo Property, bool IsWhole, object? Default)
    {
        public bool IsWritten(object item, object? value) => Property.ShouldSerialize?.Invoke(item, value) ?? !Equals(value, Default);

        public void Write(Utf8JsonWriter writer, bool isWritten, object? value)
        {
            if (isWritten)
            {
                writer.WritePropertyName(Property.Name);
                ApiJson.WriteValue(writer, value, Property.PropertyType);
            }
        }
    }
}
