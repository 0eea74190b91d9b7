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
    public static void Begin(ref RecordReader reader)
    {
        if (reader.Json.TokenType != JsonTokenType.StartObject)
        {
            throw Unusual();
        }
    }

    /// <summary>Goes to the next name of an object.</summary>
    /// <returns>False at its end.</returns>
    public static bool NextName(ref RecordReader reader, out ReadOnlySpan<byte> name)
    {
        if (!reader.Json.Read() || reader.Json.TokenType != JsonTokenType.PropertyName)
        {
            name = default;
            return false;
        }

        name = reader.Json.ValueIsEscaped ? throw Unusual() : reader.Json.ValueSpan;
        return true;
    }

    /// <summary>A field comes once.</summary>
    /// <param name="seen">A bit for each field that was there before.</param>
    /// <param name="field">The bit of this one.</param>
    public static void Once(ref RecordReader reader, ref ulong seen, ulong field)
    {
        reader.Note(isPlain: (seen & field) == 0);
        seen |= field;
    }

    /// <summary>Empty is absent.</summary>
    public static string? Word(ref RecordReader reader) => Text(ref reader) is { Length: > 0 } text ? text : null;

    public static string? Text(ref RecordReader reader) => reader.IsNull() ? null : reader.Json.GetString();

    public static bool Boolean(ref RecordReader reader) => reader.Json.GetBoolean();

    public static int Int32(ref RecordReader reader) => reader.Json.TryGetInt32(out var number) ? number : throw Unusual();

    public static long Int64(ref RecordReader reader) => reader.Json.TryGetInt64(out var number) ? number : throw Unusual();

    public static double Double(ref RecordReader reader) => reader.Json.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw Unusual();

    /// <summary>In any of the ways that some write it, of which a decoder that checks everything lets only one pass.</summary>
    public static DateTimeOffset Time(ref RecordReader reader)
    {
        reader.Note(isPlain: false);
        return ApiTime.TryRead(reader.Json.GetString(), out var time) ? time : throw Unusual();
    }

    /// <summary>What its own converter reads, and takes nothing that a decoder that checks everything would not let pass.</summary>
    public static T Value<T, TConverter>(ref RecordReader reader)
        where TConverter : JsonConverter<T>, new() =>
        default(T) is null && reader.IsNull() ? default! : SharedConverter<TConverter>.Instance.Read(ref reader.Json, typeof(T), null!)!;

    /// <summary>What its own converter reads, which takes more than that.</summary>
    public static T Lenient<T, TConverter>(ref RecordReader reader)
        where TConverter : JsonConverter<T>, new()
    {
        reader.Note(isPlain: false);
        return Value<T, TConverter>(ref reader);
    }

    /// <summary>A value that the serializer knows best.</summary>
    public static T? Other<T>(ref RecordReader reader)
    {
        reader.Note(isPlain: false);
        return JsonSerializer.Deserialize(ref reader.Json, ApiJson.TypeInfo<T>());
    }

    public static ValueList<string> TextList(ref RecordReader reader) => List(ref reader, Element);

    public static ValueList<T> List<T>(ref RecordReader reader)
        where T : IJsonReadable<T> => List(ref reader, T.ReadJson);

    public static ValueList<T> List<T, TConverter>(ref RecordReader reader)
        where TConverter : JsonConverter<T>, new() => List(ref reader, Value<T, TConverter>);

    public static ValueList<T> LenientList<T, TConverter>(ref RecordReader reader)
        where TConverter : JsonConverter<T>, new() => List(ref reader, Lenient<T, TConverter>);

    public static ValueMap<string> TextMap(ref RecordReader reader) => Map(ref reader, Element);

    public static ValueMap<T> Map<T>(ref RecordReader reader)
        where T : IJsonReadable<T> => Map(ref reader, T.ReadJson);

    public static ValueMap<T> Map<T, TConverter>(ref RecordReader reader)
        where TConverter : JsonConverter<T>, new() => Map(ref reader, Value<T, TConverter>);

    public static ValueMap<T> LenientMap<T, TConverter>(ref RecordReader reader)
        where TConverter : JsonConverter<T>, new() => Map(ref reader, Lenient<T, TConverter>);

    private static ValueList<T> List<T>(ref RecordReader reader, ReadValue<T> read)
    {
        if (reader.IsNull())
        {
            return default;
        }

        if (reader.Json.TokenType != JsonTokenType.StartArray)
        {
            throw Unusual();
        }

        var items = new Gathering<T>();
        while (reader.Json.Read() && reader.Json.TokenType != JsonTokenType.EndArray)
        {
            items.Add(read(ref reader));
        }

        return new ValueList<T>(items.Take());
    }

    private static ValueMap<T> Map<T>(ref RecordReader reader, ReadValue<T> read)
    {
        if (reader.IsNull())
        {
            return default;
        }

        Begin(ref reader);
        var entries = new Gathering<KeyValuePair<string, T>>();
        while (reader.Json.Read() && reader.Json.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.Json.GetString()!;
            reader.Json.Read();
            entries.Add(new(name, read(ref reader)));
        }

        var all = entries.Take();
        var map = new ValueMap<T>(all);
        reader.Note(isPlain: map.Count == all.Length);
        return map;
    }

    /// <summary>A text in a list or map, where an empty one is not absent, and none is an empty one.</summary>
    private static string Element(ref RecordReader reader) => Text(ref reader) ?? "";

    private static JsonException Unusual() => new();

    private delegate T ReadValue<T>(ref RecordReader reader);
}
