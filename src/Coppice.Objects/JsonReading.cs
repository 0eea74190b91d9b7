using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>
/// What the generated halves of records read JSON by. Each reads the value that the reader stands at, as the serializer would; of what is
/// not as most write it they only say that it is so, for the serializer to read it again and to say in its words what is wrong.
/// </summary>
internal static class JsonReading
{
    /// <summary>There must be an object.</summary>
    public static void Begin(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Unusual();
        }
    }

    /// <summary>Goes to the next name of an object.</summary>
    /// <returns>False at its end.</returns>
    public static bool NextName(ref Utf8JsonReader reader, out ReadOnlySpan<byte> name)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            name = default;
            return false;
        }

        name = reader.ValueIsEscaped ? throw Unusual() : reader.ValueSpan;
        return true;
    }

    /// <summary>Empty is absent.</summary>
    public static string? Word(ref Utf8JsonReader reader) => reader.GetString() is { Length: > 0 } text ? text : null;

    public static string? Text(ref Utf8JsonReader reader) => reader.GetString();

    public static bool Boolean(ref Utf8JsonReader reader) => reader.GetBoolean();

    public static int Int32(ref Utf8JsonReader reader) => reader.TryGetInt32(out var number) ? number : throw Unusual();

    public static long Int64(ref Utf8JsonReader reader) => reader.TryGetInt64(out var number) ? number : throw Unusual();

    public static double Double(ref Utf8JsonReader reader) => reader.TryGetDouble(out var number) ? number : throw Unusual();

    public static DateTimeOffset Time(ref Utf8JsonReader reader) => ApiTime.TryRead(reader.GetString(), out var time) ? time : throw Unusual();

    /// <summary>What its own converter reads.</summary>
    public static T Value<T, TConverter>(ref Utf8JsonReader reader)
        where TConverter : JsonConverter<T>, new() =>
        default(T) is null && reader.TokenType == JsonTokenType.Null ? default! : SharedConverter<TConverter>.Instance.Read(ref reader, typeof(T), null!)!;

    /// <summary>A value that the serializer knows best.</summary>
    public static T? Other<T>(ref Utf8JsonReader reader) => JsonSerializer.Deserialize(ref reader, ApiJson.TypeInfo<T>());

    public static ValueList<string> TextList(ref Utf8JsonReader reader) => List(ref reader, Element);

    public static ValueList<T> List<T>(ref Utf8JsonReader reader)
        where T : IJsonReadable<T> => List(ref reader, T.ReadJson);

    public static ValueList<T> List<T, TConverter>(ref Utf8JsonReader reader)
        where TConverter : JsonConverter<T>, new() => List(ref reader, Value<T, TConverter>);

    public static ValueMap<string> TextMap(ref Utf8JsonReader reader) => Map(ref reader, Element);

    public static ValueMap<T> Map<T>(ref Utf8JsonReader reader)
        where T : IJsonReadable<T> => Map(ref reader, T.ReadJson);

    public static ValueMap<T> Map<T, TConverter>(ref Utf8JsonReader reader)
        where TConverter : JsonConverter<T>, new() => Map(ref reader, Value<T, TConverter>);

    private static ValueList<T> List<T>(ref Utf8JsonReader reader, ReadValue<T> read)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Unusual();
        }

        var items = new Gathering<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(read(ref reader));
        }

        return new ValueList<T>(items.Take());
    }

    private static ValueMap<T> Map<T>(ref Utf8JsonReader reader, ReadValue<T> read)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        Begin(ref reader);
        var entries = new Gathering<KeyValuePair<string, T>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            entries.Add(new(name, read(ref reader)));
        }

        return new ValueMap<T>(entries.Take());
    }

    /// <summary>A text in a list or map, where an empty one is not absent, and none is an empty one.</summary>
    private static string Element(ref Utf8JsonReader reader) => reader.GetString() ?? "";

    private static JsonException Unusual() => new();

    private delegate T ReadValue<T>(ref Utf8JsonReader reader);
}
