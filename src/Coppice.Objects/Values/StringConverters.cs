using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>Reads an empty string as an absent one: for most fields Kubernetes makes no difference between the two.</summary>
internal sealed class EmptyIsAbsentConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.GetString() is { Length: > 0 } text ? text : null;

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

/// <summary>Keeps an empty string: for fields where "" and nothing differ, such as a claim's storageClassName.</summary>
internal sealed class ExactStringConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

/// <summary>
/// Reads words that stand in every object, such as the names of those who write them: most are one in memory. Empty is absent.
/// </summary>
internal sealed class SharedWordConverter : JsonConverter<string>
{
    // More than there are such words in a cluster, and none that is long.
    private const int SharedMax = 256;
    private const int LengthMax = 64;

    private static readonly string?[] Shared = new string?[SharedMax];

    public override string? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || reader.HasValueSequence || reader.ValueSpan.Length is 0 or > LengthMax)
        {
            return reader.GetString() is { Length: > 0 } text ? text : null;
        }

        var hash = 0u;
        foreach (var one in reader.ValueSpan)
        {
            hash = (hash * 31) + one;
        }

        ref var place = ref Shared[hash % SharedMax];
        if (Volatile.Read(ref place) is { } known && reader.ValueTextEquals(known))
        {
            return known;
        }

        var word = reader.GetString()!;
        Volatile.Write(ref place, word);
        return word;
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
