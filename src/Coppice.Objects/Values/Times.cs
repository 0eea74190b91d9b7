using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>A moment kept to the microsecond, written with all six digits; events and leases use it.</summary>
[JsonConverter(typeof(MicroTimeConverter))]
public readonly record struct MicroTime(DateTimeOffset Value)
{
    public static implicit operator MicroTime(DateTimeOffset value) => new(new(value.UtcTicks - value.UtcTicks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero));

    public static implicit operator DateTimeOffset(MicroTime time) => time.Value;

    public override string ToString() => Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>Times of the API are in UTC and whole seconds (RFC 3339).</summary>
public static class ApiTime
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>The time without its fraction of a second, as it will be after a round trip.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero);

    /// <summary>Reads RFC 3339 with any number of fraction digits and any offset.</summary>
    public static bool TryRead(string? text, out DateTimeOffset time)
    {
        time = default;
        return text is { Length: >= 20 } && text[10] is 'T' or 't'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
    }
}

internal sealed class ApiTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        ApiTime.TryRead(reader.GetString(), out var time) ? time : throw new JsonException("expected a time as in 2006-01-02T15:04:05Z");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(ApiTime.Write(value));
}

internal sealed class MicroTimeConverter : JsonConverter<MicroTime>
{
    public override MicroTime Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        ApiTime.TryRead(reader.GetString(), out var time) ? time : throw new JsonException("expected a time as in 2006-01-02T15:04:05.000000Z");

    public override void Write(Utf8JsonWriter writer, MicroTime value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
