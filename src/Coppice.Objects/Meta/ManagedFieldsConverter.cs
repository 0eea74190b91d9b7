using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects.Meta;

/// <summary>
/// The entries of metadata.managedFields. A client that sends an empty list wants nobody to own anything any more, as does one that sends
/// a list of one empty entry; who sends no list wants nothing. Our empty list is no list, so the first is read as the second.
/// </summary>
internal sealed class ManagedFieldsConverter : JsonConverter<ValueList<ManagedFieldsEntry>>
{
    public override ValueList<ManagedFieldsEntry> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        var record = new RecordReader(reader);
        var entries = JsonReading.List<ManagedFieldsEntry>(ref record);
        reader = record.Json;
        return entries.IsEmpty ? ManagedFieldsEntry.Reset : entries;
    }

    public override void Write(Utf8JsonWriter writer, ValueList<ManagedFieldsEntry> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, ApiJson.TypeInfo<ValueList<ManagedFieldsEntry>>());
}
