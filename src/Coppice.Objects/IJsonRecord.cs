using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>A record of the API by the half of it that is generated, which knows its fields.</summary>
internal interface IJsonRecord
{
    /// <summary>Writes it as System.Text.Json would by its properties and their attributes.</summary>
    void WriteJson(Utf8JsonWriter writer);

    /// <summary>As <see cref="RoundTrip"/> means it.</summary>
    bool KeepsJson();
}

/// <summary>A record that is read by its generated half.</summary>
public interface IJsonReadable<T>
    where T : IJsonReadable<T>
{
    /// <summary>Reads the object that the reader stands at, and leaves it at its end.</summary>
    /// <exception cref="Exception">
    /// A <see cref="JsonException"/>, <see cref="InvalidOperationException"/> or <see cref="FormatException"/>: it is no such object, or one
    /// that only the serializer reads.
    /// </exception>
    static abstract T ReadJson(ref RecordReader reader);
}

/// <summary>The one of a kind of converters that reads and writes for all records; it is never told of any options.</summary>
internal static class SharedConverter<T>
    where T : JsonConverter, new()
{
    public static readonly T Instance = new();
}
